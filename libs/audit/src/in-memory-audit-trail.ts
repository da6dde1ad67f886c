import { problem } from '@kruispunt/problem';
import { AuditTrail, type AuditEntry, type AuditReference } from './audit-trail.js';

/** Lines in an array, for specs and for the simulator; `broken` makes it refuse, as a log that is away would. */
export class InMemoryAuditTrail extends AuditTrail {
  readonly lines: AuditEntry[] = [];
  broken = false;

  append(entries: readonly AuditEntry[]): Promise<readonly AuditReference[]> {
    if (this.broken) return Promise.reject(problem('audit-unavailable'));
    const from = this.lines.length;
    this.lines.push(...entries);
    return Promise.resolve(
      entries.map((_, i) => ({
        id: `memory/${from + i}`,
        position: { topic: 'audit', partition: 0, offset: from + i },
      })),
    );
  }
}
