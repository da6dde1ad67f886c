import { destination, pino, type DestinationStream, type Logger } from 'pino';
import type { Attribute } from './attributes.js';
import { mask, maskText } from './mask.js';

/** What a line says beside its phrase: names from `attributes.ts` only. */
export type LogFields = Readonly<Partial<Record<Attribute, unknown>>>;
export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'silent';

/**
 * Writes one JSON line per promise kept or broken. The message is a fixed lower-case phrase in the past tense; all variation stands
 * in the fields. `error` = a human must act, `warn` = will be retried, `info` = a promise was kept, `debug` = off.
 * An abstract class, so that it serves as an injection token.
 */
export abstract class Log {
  abstract error(phrase: string, fields?: LogFields): void;
  abstract warn(phrase: string, fields?: LogFields): void;
  abstract info(phrase: string, fields?: LogFields): void;
  abstract debug(phrase: string, fields?: LogFields): void;
  /** The same log with these fields on every line. */
  abstract with(fields: LogFields): Log;
}

class PinoLog implements Log {
  constructor(
    private readonly to: Logger,
    /** Writes what is gathered, now. */
    private readonly flush: () => void,
  ) {}

  error(phrase: string, fields?: LogFields): void {
    if (!this.to.isLevelEnabled('error')) return;
    this.to.error(mask(fields ?? {}), maskText(phrase));
    this.flush();
  }
  warn(phrase: string, fields?: LogFields): void {
    if (this.to.isLevelEnabled('warn')) this.to.warn(mask(fields ?? {}), maskText(phrase));
  }
  info(phrase: string, fields?: LogFields): void {
    if (this.to.isLevelEnabled('info')) this.to.info(mask(fields ?? {}), maskText(phrase));
  }
  debug(phrase: string, fields?: LogFields): void {
    if (this.to.isLevelEnabled('debug')) this.to.debug(mask(fields ?? {}), maskText(phrase));
  }
  with(fields: LogFields): Log {
    return new PinoLog(this.to.child(mask(fields) as Record<string, unknown>), this.flush);
  }
}

export interface LogOptions {
  readonly service: string;
  readonly version: string;
  readonly level?: LogLevel;
  /** Where the lines go; standard output when absent. */
  readonly to?: DestinationStream;
}

/** So much is gathered, bytes, and for so long: nobody reads faster. */
const gathering = { minLength: 8_192, periodicFlush: 50 };

/**
 * Opens the log of one process. Lines are gathered for a moment: one per request, each written at once, held everything up for as long as
 * the disk was busy. What a human must act on is written at once, with all before it; the end of the process, also by a fault, writes
 * the rest.
 */
export function openLog({ service, version, level = 'info', to }: LogOptions): Log {
  const standard = to ? undefined : destination({ fd: 1, sync: true, ...gathering });
  process.once('exit', () => standard?.flushSync());
  const logger = pino(
    {
      level,
      messageKey: 'msg',
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      base: { service, version },
      formatters: { level: (label) => ({ level: label }) },
    },
    to ?? standard,
  );
  return new PinoLog(logger, () => standard?.flushSync());
}
