import type { Clock } from '@kruispunt/clock';
import { civilDate } from '@kruispunt/policy';

interface Known {
  readonly subscriptions: ReadonlySet<string>;
  readonly at: number;
}

const freshMs = 1_000;
const knownMax = 20_000;
const nobody: ReadonlySet<string> = new Set();

export interface RegistrationStore {
  registered(subjects: readonly string[], day: string): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
}

/** Who is registered for whom, as of at most a second ago: the repertorium is asked once per batch, and again when bytes leave later. */
export class Registrations {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly store: RegistrationStore,
    private readonly clock: Clock,
  ) {}

  /** The subscriptions for which one of these subjects is registered, per list of subjects, in the same order. */
  async of(lists: readonly (readonly string[])[]): Promise<readonly ReadonlySet<string>[]> {
    const now = this.clock.now();
    const asked = [...new Set(lists.flat())].filter(
      (subject) => now - (this.known.get(subject)?.at ?? -Infinity) > freshMs,
    );
    if (asked.length > 0) {
      if (this.known.size > knownMax) this.known.clear();
      const found = await this.store.registered(asked, civilDate(now));
      for (const subject of asked) this.known.set(subject, { subscriptions: found.get(subject) ?? nobody, at: now });
    }
    return lists.map(
      (subjects) => new Set(subjects.flatMap((subject) => [...(this.known.get(subject)?.subscriptions ?? [])])),
    );
  }
}
