import { attr, type Log } from '@kruispunt/telemetry';

/** The part of a running app the process itself needs. */
export interface Stoppable {
  readonly log: Log;
  readonly supervised: boolean;
  stop(): Promise<boolean>;
}

/**
 * Ties the life of the operating-system process to the app's: SIGTERM and SIGINT end it in order (exit 0, or 1 when something was
 * cut off), a bug that nobody caught ends it at once (exit 1: what was not committed is read again), and under a supervisor so
 * does the end of standard input, so that nothing survives a parent that was killed.
 */
export function obeyProcess({ log, supervised, stop }: Stoppable): void {
  const end = (signal: string): void => {
    log.info('process asked to stop', { [attr.signal]: signal });
    void stop().then((clean) => process.exit(clean ? 0 : 1));
  };
  const crash = (cause: unknown): void => {
    log.error('process crashed', { [attr.cause]: cause });
    process.exit(1);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  if (!supervised) return;
  for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => end('supervisor gone'));
  process.stdin.resume();
}
