import type { Caller } from '@kruispunt/policy';
import type { ParkedQuery } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { perform } from '../operate/perform.js';
import type { ActWish } from '../operate/read-act.js';
import { rowView } from './list-parked.js';
import type { ParkedParts } from './parked-parts.js';

const rowsMax = 50_000;
const columns = [
  'id',
  'subscription',
  'name',
  'organisation',
  'topic',
  'partition',
  'offset',
  'eventId',
  'source',
  'type',
  'attempts',
  'group',
  'parkedAt',
  'note',
  'assignee',
  'discardedUntil',
  'discardedBy',
  'discardReason',
] as const;

/** Everything that is asked for as one file, never a payload or a key; who took it stands in the audit trail. Throws `invalid-request` above 50 000. */
export async function exportParked(
  parts: ParkedParts,
  caller: Caller,
  query: ParkedQuery,
  { format, ...wish }: ActWish & { readonly format: 'jsonl' | 'csv' },
): Promise<{ readonly type: string; readonly body: string }> {
  const rows = await parts.store.list({ ...query, limit: rowsMax + 1 });
  if (rows.length > rowsMax)
    throw problem('invalid-request', { at: '/', reason: `more than ${rowsMax} events; narrow the request` });
  await perform(parts, caller, { ...wish, action: 'parked.export' }, async (_, tell) => {
    await tell(query.subscription === undefined ? undefined : { subscription: query.subscription });
  });
  const views = wish.dryRun ? [] : rows.map(rowView);
  if (format === 'jsonl')
    return { type: 'application/x-ndjson', body: views.map((view) => `${JSON.stringify(view)}\n`).join('') };
  const lines = [[...columns, 'error'], ...views.map((view) => [...columns.map((c) => view[c]), view.error.reason])];
  return { type: 'text/csv; charset=utf-8', body: lines.map((line) => `${line.map(cell).join(',')}\r\n`).join('') };
}

/** A text that no spreadsheet takes for a formula, quoted as RFC 4180 says. */
function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
