import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { filePeriods, type Subscription } from '@kruispunt/delivery';
import type { LogAdmin } from '@kruispunt/kafka';
import { problem } from '@kruispunt/problem';
import type { PageMove } from './cursor.js';
import { readPage, type From, type Page, type PageParts } from './read-page.js';

export interface FileParts extends PageParts {
  readonly admin: LogAdmin;
}

/** One period as a file: NDJSON, one CloudEvent a line, compressed. */
export interface PeriodFile {
  readonly kind: 'file';
  readonly bytes: Buffer;
  /** SHA-256 of `bytes`, base64. */
  readonly sha256: string;
  readonly events: number;
  readonly moves: readonly PageMove[];
  /** The end of the period, ms since the epoch. */
  readonly endsAt: number;
  /** False: the period has more than one file holds; the next one goes on in it. */
  readonly complete: boolean;
}

/** No period with unread records has ended. `at`: when one may have, ms. */
export interface NoFile {
  readonly kind: 'none';
  readonly at: number;
}

/** Events in one file: more, and the period has a next one. */
const eventsMax = 10_000;
const pageSize = 500;
const untoldMax = 10;
const compress = promisify(gzip);

/**
 * The file of the oldest period that has unread records and is over. Made when it is asked for: policy is asked now, and the audit lines of
 * all its events are in the log before a byte leaves. The same cursor gives the same period again. Throws `audit-unavailable`.
 */
export async function readFile(
  parts: FileParts,
  subscription: Subscription,
  from: readonly From[],
): Promise<PeriodFile | NoFile> {
  const decidedBy = parts.judge.standing();
  const periodMs = filePeriods[subscription.batch?.period ?? 'P1D'];
  const now = parts.clock.now();
  const begin = Math.min(now, ...(await Promise.all(from.map((at) => firstUnreadAt(parts, at)))));
  const endsAt = (Math.floor(begin / periodMs) + 1) * periodMs;
  if (endsAt > now) return { kind: 'none', at: endsAt };
  const ends = new Map<string, number>();
  for (const { topic, partition } of from)
    ends.set(`${topic}/${partition}`, await parts.admin.offsetAt(topic, partition, endsAt));
  const { events, moves, complete } = await readAll(parts, subscription, from, ends);
  // A protocol changed between two pages: the file does not leave. The lines say more than what left, never less.
  if (subscription.protocol !== undefined && parts.judge.standing() !== decidedBy)
    throw problem('store-unavailable', { reason: 'the protocols changed meanwhile' });
  const bytes = await compress(Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join('')));
  const sha256 = createHash('sha256').update(bytes).digest('base64');
  return { kind: 'file', bytes, sha256, events: events.length, moves, endsAt, complete };
}

async function firstUnreadAt({ reader }: FileParts, { topic, partition, next }: From): Promise<number> {
  let batch = await reader.stretch({ topic, partition }, next);
  if ('passedBy' in batch) batch = await reader.stretch({ topic, partition }, batch.passedBy);
  if ('passedBy' in batch) return Infinity;
  return batch.entries.find((entry) => entry.offset >= next)?.timestamp ?? Infinity;
}

async function readAll(
  parts: FileParts,
  subscription: Subscription,
  from: readonly From[],
  ends: ReadonlyMap<string, number>,
): Promise<Page> {
  let all: Page = { events: [], moves: [], complete: false };
  let standing = from;
  const stopAt = ({ topic, partition }: From) => ends.get(`${topic}/${partition}`)!;
  while (!all.complete && all.events.length < eventsMax && untoldOf(all) < untoldMax) {
    const page = await readPage(parts, subscription, standing, pageSize, stopAt);
    all = { events: [...all.events, ...page.events], moves: joined(all.moves, page.moves), complete: page.complete };
    standing = page.moves.map(({ topic, partition, to }) => ({ topic, partition, next: to }));
  }
  return all;
}

const untoldOf = ({ moves }: Page): number => moves.reduce((sum, { untold }) => sum + untold.length, 0);

/** Two pages behind one another, as one. */
const joined = (before: readonly PageMove[], after: readonly PageMove[]): readonly PageMove[] =>
  after.map((move, i) => {
    const earlier = before[i];
    if (!earlier) return move;
    const suppressed = { ...earlier.suppressed };
    for (const [rule, n] of Object.entries(move.suppressed)) suppressed[rule] = (suppressed[rule] ?? 0) + n;
    return {
      ...move,
      from: earlier.from,
      delivered: earlier.delivered + move.delivered,
      suppressed,
      untold: [...earlier.untold, ...move.untold],
    };
  });
