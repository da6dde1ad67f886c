import { CompactSet } from './compact-set.js';
import type { Before, ItemState } from './plan.js';

/** An item as the run left it. */
export interface RunItem {
  readonly n: number;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly before: Before;
  readonly state: ItemState;
  readonly reason?: string;
}

/** An outcome line of the audit trail that names this run. */
export interface Evidence {
  readonly reference: string;
  readonly id: string;
  readonly source: string;
  readonly delivered: boolean;
}

/** How the stores see an event now. */
export type After = 'settled' | 'parked' | 'waiting';

export type VerifyFault =
  'unfinished' | 'no-audit-line' | 'audit-says-delivered' | 'audit-says-attempted' | 'still-parked' | 'left-parked';

export interface VerifiedItem extends RunItem {
  readonly after: After;
  /** References of the audit lines about this item. */
  readonly evidence: readonly string[];
  readonly fault?: VerifyFault;
}

/** What came of a verification. */
export interface Verdict {
  /** No item has a fault and nothing was sent outside the frozen set. */
  readonly ok: boolean;
  readonly delivered: number;
  readonly failed: number;
  readonly skipped: number;
  readonly faults: number;
  /** Audit lines of this run about events that are not in its plan (I7). */
  readonly outside: number;
}

/** Checks an item against the lines of the audit trail about it and against the stores; the run's own counters are not looked at. */
export function verifyItem(item: RunItem, lines: readonly Evidence[], after: After): VerifiedItem {
  const fault = faultOf(item, lines, after);
  return { ...item, after, evidence: lines.map((line) => line.reference), ...(fault !== undefined && { fault }) };
}

/** Counts verified items, one by one: of a long run nothing else is kept but 8 bytes of each event. */
export class Verifying {
  private readonly counts = { delivered: 0, failed: 0, skipped: 0, faults: 0 };
  /** Lines that were about an item. */
  private told = 0;
  /** An event may stand in the log twice, and be two items: its lines count once. */
  private readonly events = new CompactSet();

  take({ id, source, state, fault, evidence }: VerifiedItem): void {
    if (state === 'delivered' || state === 'failed' || state === 'skipped') this.counts[state] += 1;
    if (fault !== undefined) this.counts.faults += 1;
    if (evidence.length > 0 && this.events.add(`${source}\n${id}`)) this.told += evidence.length;
  }

  /** `lines`: all that the audit trail has of the run. */
  end(lines: number): Verdict {
    const outside = lines - this.told;
    return { ok: this.counts.faults === 0 && outside === 0, ...this.counts, outside };
  }
}

function faultOf(item: RunItem, lines: readonly Evidence[], after: After): VerifyFault | undefined {
  const delivered = lines.some((line) => line.delivered);
  switch (item.state) {
    case 'delivered':
      if (!delivered) return 'no-audit-line';
      return after === 'parked' ? 'still-parked' : undefined;
    case 'failed':
      if (delivered) return 'audit-says-delivered';
      if (lines.length === 0) return 'no-audit-line';
      return item.before === 'parked' && after !== 'parked' ? 'left-parked' : undefined;
    case 'skipped':
      return lines.length > 0 ? 'audit-says-attempted' : undefined;
    default:
      return 'unfinished';
  }
}
