import type { LoggerService } from '@nestjs/common';
import { attr, type Log } from '@kruispunt/telemetry';

/** Nest's own voice through our log: its warnings and errors only, its start-up chatter never. */
export class NestLog implements LoggerService {
  constructor(private readonly to: Log) {}

  log(): void {
    // "Mapped {/v1/events, POST} route" tells an operator nothing; the start-up line is ours.
  }
  warn(message: unknown): void {
    this.to.warn('framework warned', { [attr.reason]: message });
  }
  error(message: unknown, ...more: unknown[]): void {
    this.to.error('framework failed', { [attr.cause]: [message, ...more] });
  }
}
