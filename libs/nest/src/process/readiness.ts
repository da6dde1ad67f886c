/** How long one check may take, in ms: an orchestrator asks every few seconds and must get its answer within one. */
const checkMsMax = 2_000;

export type ReadinessCheck = () => boolean | Promise<boolean>;
export interface ReadinessReport {
  readonly ready: boolean;
  /** `ok` or `failing` per check; never why, because anybody may read it. */
  readonly checks: Readonly<Record<string, 'ok' | 'failing'>>;
}

/** What must be true before this process should get work. Apps add their checks; a check that throws or hangs is failing. */
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();

  add(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  async report(): Promise<ReadinessReport> {
    const answers = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, (await passes(check)) ? 'ok' : 'failing'] as const),
    );
    return { ready: answers.every(([, answer]) => answer === 'ok'), checks: Object.fromEntries(answers) };
  }
}

async function passes(check: ReadinessCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, checkMsMax, false);
  });
  try {
    return await Promise.race([check(), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
