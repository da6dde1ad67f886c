/** One person of whom IT252 (niet mededeelbaar) stands, or stood. */
export interface DisclosureChange {
  readonly subject: string;
  readonly stands: boolean;
  /** Rises with every change. */
  readonly rev: number;
}

export interface DisclosureSource {
  changedSince(rev: number): Promise<readonly DisclosureChange[]>;
}

/** A revision is taken before its commit, so a lower one may show after a higher one: this many are read again, each time. */
const overlap = 1_000;

/** The persons whose address may not be told, in memory: few, and asked about for every event that holds an address. */
export class NonDisclosable {
  private readonly subjects = new Set<string>();
  private rev = 0;

  constructor(private readonly source: DisclosureSource) {}

  async refresh(): Promise<void> {
    for (const { subject, stands, rev } of await this.source.changedSince(Math.max(0, this.rev - overlap))) {
      this.rev = Math.max(this.rev, rev);
      if (stands) this.subjects.add(subject);
      else this.subjects.delete(subject);
    }
  }

  /** True when one of these subjects is such a person: the address of a household is the address of each of its members. */
  any(subjects: readonly string[]): boolean {
    return this.subjects.size > 0 && subjects.some((subject) => this.subjects.has(subject));
  }
}
