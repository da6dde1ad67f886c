import type { AuditEntry, AuditTrail } from '@kruispunt/audit';
import type { Subscription } from '@kruispunt/delivery';
import type { LogEntry } from '@kruispunt/kafka';
import { problem } from '@kruispunt/problem';
import { readEntry } from '../match/prepare.js';
import type { TypedEvent } from '../match/judge.js';
import type { DeliveryParts } from '../deliver/attempt-delivery.js';
import { auditLine } from '../deliver/audit-line.js';
import type { CachedReader } from '../deliver/cached-reader.js';
import { writeCloudEvent } from '../deliver/write-webhook.js';
import type { SchemaIds } from '@kruispunt/contracts';
import type { PageMove } from './cursor.js';
import type { Windows } from './windows.js';

export interface PageParts extends Pick<DeliveryParts, 'judge' | 'clock'> {
  readonly audit: AuditTrail;
  readonly reader: CachedReader;
  readonly schemaIds: SchemaIds;
  readonly windows: Windows;
}

export interface From {
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
}

export interface Page {
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly moves: readonly PageMove[];
  /** True when the end of the log was reached everywhere. */
  readonly complete: boolean;
}

/** What one page may read: more than that, and it is empty but still moves on. */
const recordsMax = 20_000;
/** Events nobody can judge stop a page, so that their reasons reach a person in small portions. */
const untoldMax = 10;

interface Leaving {
  readonly event: Readonly<Record<string, unknown>>;
  readonly line: AuditEntry;
}

/**
 * One page for a subscription that pulls: partition by partition, filter and policy asked now, fields projected, and the audit line of
 * every event in the log before the page leaves. Throws `audit-unavailable`, or `store-unavailable` when a protocol changed in between; then
 * nothing leaves.
 */
export async function readPage(
  parts: PageParts,
  subscription: Subscription,
  from: readonly From[],
  limit: number,
  /** Where to stop, per partition; absent: at the end of the log. */
  stopAt: (at: From) => number = () => Infinity,
): Promise<Page> {
  const decidedBy = parts.judge.standing();
  const leaving: Leaving[] = [];
  const moves: PageMove[] = [];
  let complete = true;
  let budget = recordsMax;
  for (const { topic, partition, next } of from) {
    let move: PageMove = { topic, partition, from: next, to: next, delivered: 0, suppressed: {}, untold: [] };
    const stop = stopAt({ topic, partition, next });
    let atEnd = next >= stop;
    while (!atEnd && leaving.length < limit && budget > 0 && move.untold.length < untoldMax) {
      const batch = await parts.reader.stretch({ topic, partition }, move.to);
      if ('passedBy' in batch) {
        move = { ...move, to: batch.passedBy };
        atEnd = move.to >= stop;
        continue;
      }
      const ahead = batch.entries.filter((entry) => entry.offset >= move.to && entry.offset < stop);
      const step = await take(parts, subscription, {
        move,
        entries: ahead,
        end: Math.min(batch.next, stop),
        room: limit - leaving.length,
      });
      budget -= Math.max(1, ahead.length);
      leaving.push(...step.leaving);
      atEnd = step.move.to >= Math.min(batch.highWatermark, stop) || (ahead.length === 0 && batch.next <= move.to);
      move = step.move;
    }
    complete &&= atEnd;
    moves.push(move);
  }
  await parts.audit.append(leaving.map(({ line }) => line));
  // A protocol changed while the page was made: it does not leave. The lines say more than what left, never less.
  if (subscription.protocol !== undefined && leaving.length > 0 && parts.judge.standing() !== decidedBy)
    throw problem('store-unavailable', { reason: 'the protocols changed meanwhile' });
  return { events: leaving.map(({ event }) => event), moves, complete };
}

interface Stretch {
  readonly move: PageMove;
  readonly entries: readonly LogEntry[];
  readonly end: number;
  readonly room: number;
}

async function take(
  parts: PageParts,
  subscription: Subscription,
  { move, entries, end, room }: Stretch,
): Promise<{ readonly move: PageMove; readonly leaving: readonly Leaving[] }> {
  const types = new Set(subscription.types);
  const wanted = entries.filter((entry) => types.has(entry.headers['ce_type'] ?? ''));
  const typed = wanted.map((entry) => readEntry(entry, parts.schemaIds));
  const events = typed.flatMap((read): TypedEvent[] => (read.event ? [read] : []));
  const verdicts = (await parts.judge.judgeAll(subscription, events)).values();
  const window = wanted.length === 0 ? undefined : await parts.windows.of(move);
  const suppressed: Record<string, number> = { ...move.suppressed };
  const untold = [...move.untold];
  const leaving: Leaving[] = [];
  let to = end;
  for (const [i, read] of typed.entries()) {
    const entry = wanted[i]!;
    const verdict = read.event ? verdicts.next().value : ({ kind: 'cannot-tell', reason: 'undecodable' } as const);
    if (leaving.length >= room || untold.length >= untoldMax) {
      to = entry.offset;
      break;
    }
    if (verdict === undefined) continue;
    const again =
      window?.seenBefore(entry.headers['ce_source'] ?? '', entry.headers['ce_id'] ?? '', entry.offset) !== undefined;
    if (again) suppressed['duplicate'] = (suppressed['duplicate'] ?? 0) + 1;
    else if (verdict.kind === 'suppressed') suppressed[verdict.rule] = (suppressed[verdict.rule] ?? 0) + 1;
    else if (verdict.kind === 'cannot-tell') untold.push(entry.offset);
    else if (read.event) leaving.push(leave(parts, subscription, read, verdict));
  }
  return { leaving, move: { ...move, to, delivered: move.delivered + leaving.length, suppressed, untold } };
}

function leave(
  parts: PageParts,
  subscription: Subscription,
  read: TypedEvent,
  { fields, rule }: { readonly fields: readonly string[]; readonly rule: string },
): Leaving {
  const event = writeCloudEvent(read.event, read.type, { fields });
  const line = auditLine(parts, subscription, read, {
    attempt: 1,
    fields,
    rule,
    body: JSON.stringify(event),
  });
  return { event, line: { ...line, kind: 'outcome', action: 'pull', outcome: 'delivered' } };
}
