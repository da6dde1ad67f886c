import { canonical, sha256 } from './canonical.js';
import type { Input } from './input.js';

/** One input as it was taken: enough to run it again (I15), and linked to the row before it so that none can be changed or left out. */
export interface HistoryRow {
  readonly seq: number;
  /** The moment it was processed at, ms since the epoch: the `now` of the transition. */
  readonly at: number;
  readonly input: Input;
  readonly verdict: 'applied' | 'ignored';
  readonly reason?: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly toestand: string;
  readonly published: readonly { readonly id: string; readonly type: string }[];
  readonly prev: string;
  readonly hash: string;
}

/** The row with its hash: SHA-256 over the row before it and its own canonical JSON. */
export function sealed(row: Omit<HistoryRow, 'hash'>): HistoryRow {
  return { ...row, hash: sha256(canonical(row)) };
}

/** The number of the first row that was altered, moved or left out; undefined when the chain of evidence holds. */
export function firstBroken(rows: readonly HistoryRow[]): number | undefined {
  let prev = '';
  for (const [index, row] of rows.entries()) {
    const { hash, ...rest } = row;
    if (row.seq !== index + 1 || row.prev !== prev || sealed(rest).hash !== hash) return index + 1;
    prev = hash;
  }
  return undefined;
}
