import { attr, type Log } from '@kruispunt/telemetry';

/** The part of a running app the process itself needs. */
export interface Stoppable {
  readonly log: Log;
  readonly supervised: boolean;
  stop(): Promise<boolean>;
}

/** The part of `process` that is used here. */
export interface HostProcess {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each event brings something else, as in Node's own types
  on(event: any, listener: (about: any) => void): unknown;
  exit(code: number): void;
  readonly stdin: { once(event: string, listener: () => void): unknown; resume(): unknown };
}

/**
 * Ties the life of the operating-system process to the app's: SIGTERM and SIGINT end it in order (exit 0, or 1 when something was
 * cut off), a bug that nobody caught ends it at once (exit 1: what was not committed is read again), and under a supervisor so
 * does the end of standard input, so that nothing survives a parent that was killed.
 */
export function obeyProcess({ log, supervised, stop }: Stoppable, host: HostProcess = process): void {
  const end = (signal: string): void => {
    log.info('process asked to stop', { [attr.signal]: signal });
    void stop().then((clean) => host.exit(clean ? 0 : 1));
  };
  const crash = (cause: unknown): void => {
    log.error('process crashed', { [attr.cause]: cause });
    host.exit(1);
  };
  host.on('SIGTERM', end);
  host.on('SIGINT', end);
  host.on('uncaughtException', crash);
  host.on('unhandledRejection', crash);
  if (!supervised) return;
  for (const event of ['end', 'close', 'error']) host.stdin.once(event, () => end('supervisor gone'));
  host.stdin.resume();
}
