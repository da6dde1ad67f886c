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
  constructor(private readonly to: Logger) {}

  error(phrase: string, fields?: LogFields): void {
    if (this.to.isLevelEnabled('error')) this.to.error(mask(fields ?? {}), maskText(phrase));
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
    return new PinoLog(this.to.child(mask(fields) as Record<string, unknown>));
  }
}

export interface LogOptions {
  readonly service: string;
  readonly version: string;
  readonly level?: LogLevel;
  /** Where the lines go; standard output when absent. */
  readonly to?: DestinationStream;
}

/** Opens the log of one process. Lines are written synchronously, so that the last one before a crash is there too. */
export const openLog = ({ service, version, level = 'info', to }: LogOptions): Log =>
  new PinoLog(
    pino(
      {
        level,
        messageKey: 'msg',
        timestamp: () => `,"ts":"${new Date().toISOString()}"`,
        base: { service, version },
        formatters: { level: (label) => ({ level: label }) },
      },
      to ?? destination({ fd: 1, sync: true }),
    ),
  );
