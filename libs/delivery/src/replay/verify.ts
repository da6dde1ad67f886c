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

export interface Verification {
  /** No item has a fault and nothing was sent outside the frozen set. */
  readonly ok: boolean;
  readonly items: readonly VerifiedItem[];
  /** Audit lines of this run about events that are not in its plan (I7). */
  readonly outside: readonly Evidence[];
  readonly delivered: number;
  readonly failed: number;
  readonly skipped: number;
  readonly faults: number;
}

/** Checks each item against the audit trail and the stores; the run's own counters are not looked at. */
export function verifyRun(
  items: readonly RunItem[],
  evidence: readonly Evidence[],
  afterOf: (item: RunItem) => After,
): Verification {
  const byEvent = new Map<string, Evidence[]>();
  for (const line of evidence) byEvent.set(eventKey(line), [...(byEvent.get(eventKey(line)) ?? []), line]);
  const planned = new Set(items.map(eventKey));
  const verified = items.map((item): VerifiedItem => {
    const lines = byEvent.get(eventKey(item)) ?? [];
    const after = afterOf(item);
    const fault = faultOf(item, lines, after);
    return { ...item, after, evidence: lines.map((line) => line.reference), ...(fault !== undefined && { fault }) };
  });
  const outside = evidence.filter((line) => !planned.has(eventKey(line)));
  const count = (state: ItemState) => verified.filter((item) => item.state === state).length;
  const faults = verified.filter((item) => item.fault !== undefined).length;
  return {
    ok: faults === 0 && outside.length === 0,
    items: verified,
    outside,
    delivered: count('delivered'),
    failed: count('failed'),
    skipped: count('skipped'),
    faults,
  };
}

const eventKey = (event: { readonly source: string; readonly id: string }): string => `${event.source}\n${event.id}`;

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
