/** One thing the day promises, and whether it held. */
export interface Expectation {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Collects what held and what did not; an expectation that could not be asked has failed. */
export class Expectations {
  private readonly held: Expectation[] = [];

  expect(name: string, ok: boolean, detail: string): void {
    this.held.push({ name, ok, detail });
  }

  /** Runs a check that may throw; a throw is a failure with its words. */
  async check(name: string, ask: () => Promise<{ readonly ok: boolean; readonly detail: string }>): Promise<void> {
    try {
      const { ok, detail } = await ask();
      this.expect(name, ok, detail);
    } catch (fault) {
      this.expect(name, false, fault instanceof Error ? fault.message : String(fault));
    }
  }

  all(): readonly Expectation[] {
    return this.held;
  }

  get hold(): boolean {
    return this.held.length > 0 && this.held.every((e) => e.ok);
  }
}
