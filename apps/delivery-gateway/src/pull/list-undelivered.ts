import type { Before, Candidate, Subscription } from '@kruispunt/delivery';
import type { LogPosition } from '@kruispunt/event';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import { loggedCandidates } from '../replay/logged-candidates.js';
import { ownBounds } from '../replay/own-replay.js';
import type { ReplayParts } from '../replay/replay-parts.js';

/** Batches one page may read (some 1 MiB each): more, and it ends early but moves on. */
const batchesMax = 100;

export interface UndeliveredWish {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

/** An event the subscriber has not had, and how it stands. Never its payload: that comes with a replay, with its audit line. */
export interface UndeliveredEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly loggedAt: string;
  readonly state: Exclude<Before, 'delivered' | 'before-start'>;
}

export interface UndeliveredPage {
  readonly events: readonly UndeliveredEvent[];
  readonly next: string | null;
}

/**
 * What a subscription matches, may have now and has not had, in log order: parked, discarded, waiting, on its way, or never sent. By
 * default of the last day, at most of seven. Who looked stands in the audit trail. Throws `invalid-request`, `audit-unavailable`.
 */
export async function listUndelivered(
  parts: ReplayParts,
  caller: Caller,
  subscription: Subscription,
  { from, to, after, limit }: UndeliveredWish,
): Promise<UndeliveredPage> {
  const end = to ?? parts.ambient.clock.now();
  const begin = from ?? end - 86_400_000;
  if (end - begin > ownBounds.rangeMsMax)
    throw problem('invalid-request', { at: 'from', reason: 'a range of at most 7 days' });
  await parts.audit.append([
    {
      kind: 'fetch',
      at: parts.ambient.clock.now(),
      action: 'undelivered.list',
      organisation: caller.organisation,
      application: 'delivery-gateway',
      user: caller.subject,
      subscription: subscription.id,
    },
  ]);
  const request = {
    subscription: subscription.id,
    intent: 'all',
    order: 'preserve',
    reason: '',
    from: begin,
    to: end,
  } as const;
  const events: UndeliveredEvent[] = [];
  let batches = 0;
  for await (const { candidates, upTo } of loggedCandidates(parts, subscription, request, placeOf(after))) {
    for (const candidate of candidates) {
      const event = undelivered(candidate);
      if (event === undefined) continue;
      events.push(event);
      if (events.length === limit) return { events, next: cursorOf(candidate.position) };
    }
    batches += 1;
    if (batches === batchesMax) return { events, next: cursorOf(upTo) };
  }
  return { events, next: null };
}

function undelivered({ id, source, type, loggedAt, before, verdict }: Candidate): UndeliveredEvent | undefined {
  if (before === 'delivered' || before === 'before-start' || verdict?.kind !== 'allowed') return undefined;
  return { id, source, type, loggedAt: new Date(loggedAt).toISOString(), state: before };
}

const cursorOf = ({ topic, partition, offset }: LogPosition): string =>
  Buffer.from(`${topic}~${partition}~${offset}`).toString('base64url');

/** A cursor only says where to go on: whoever changes it reads another stretch of what is its own. */
function placeOf(cursor: string | undefined): LogPosition | undefined {
  if (cursor === undefined) return undefined;
  const [, topic, partition, offset] =
    /^([\w.-]{1,200})~(\d{1,9})~(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  if (topic === undefined) throw problem('invalid-request', { at: 'after', reason: 'not a cursor of this list' });
  return { topic, partition: Number(partition), offset: Number(offset) };
}
