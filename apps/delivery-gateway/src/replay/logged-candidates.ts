import { ev, eventTypeOf } from '@kruispunt/contracts';
import {
  CompactSet,
  compileRequest,
  type Before,
  type Candidate,
  type PlanRequest,
  type Subscription,
} from '@kruispunt/delivery';
import { fromEntry, type LogPosition, type StoredEvent } from '@kruispunt/event';
import { partitionOfKey, type LogEntry } from '@kruispunt/kafka';
import { auditedDeliveries, deliveredOutcome, eventKey } from './audit-evidence.js';
import type { ReplayParts } from './replay-parts.js';
import { scanStretch, stretchesOf, type Stretch } from './scan-log.js';

/** A stretch of what was found. `upTo`: the place of the last record that was looked at. */
export interface CandidateBatch {
  readonly candidates: readonly Candidate[];
  readonly upTo: LogPosition;
}

/**
 * What the log holds for the subscription in the range asked, each event with how it stands and how it is judged now; in log order,
 * batch by batch, from behind `after` when given. What the receiver has had is told by the audit trail as it stood when this began.
 */
export async function* loggedCandidates(
  parts: ReplayParts,
  subscription: Subscription,
  request: PlanRequest,
  after?: LogPosition,
): AsyncGenerator<CandidateBatch> {
  const topics = [...new Set(subscription.types.flatMap((type) => eventTypeOf(type)?.topic ?? []))].sort();
  const wanted = compileRequest(request);
  // Most of a long stretch is of other types: told from the headers, never decoded.
  const only = { header: 'ce_type', values: new Set(subscription.types) };
  // The stretches first: what is logged while the trail is read is no part of the plan.
  const stretches = await stretchesOf(parts.log.admin, topics, { ...request, after });
  const delivered = await deliveredSince(parts, subscription.id, request.from);
  const positions = await parts.stores.standing.positions(subscription.id, topics);
  for (const stretch of stretches) {
    const position = positions.find((p) => p.topic === stretch.topic && p.partition === stretch.partition);
    const { start = 0, next = 0 } = position ?? {};
    const standing = await standingIn(parts, subscription, stretch, { start, next, delivered });
    for await (const { entries, next: readTo } of scanStretch(parts.log.reader, stretch, only)) {
      const { topic, partition } = stretch;
      const upTo = { topic, partition, offset: readTo - 1 };
      const events = entries.flatMap((entry) => decodeWanted(parts, entry, wanted));
      const verdicts = events.length === 0 ? [] : await parts.door.judge(subscription, events);
      const candidates = events.flatMap((event, i) =>
        verdicts[i] === undefined ? [] : [{ ...candidateOf(event), before: standing(event), verdict: verdicts[i] }],
      );
      yield { candidates, upTo };
    }
  }
}

const candidateOf = ({ envelope, key, position, loggedAt }: StoredEvent) => ({
  position,
  id: envelope.id,
  source: envelope.source,
  type: envelope.type,
  key,
  loggedAt,
  personal: isPersonal(envelope.type),
});

/** An unknown type counts as personal: nobody can say that it is not. */
export const isPersonal = (type: string): boolean => {
  const klasse = eventTypeOf(type)?.klasse;
  return klasse !== 'OPEN' && klasse !== 'INTERN';
};

/** The cheap questions first, on headers. */
function decodeWanted(parts: ReplayParts, entry: LogEntry, wanted: ReturnType<typeof compileRequest>): StoredEvent[] {
  const facts = {
    position: entry,
    id: entry.headers['ce_id'] ?? '',
    source: entry.headers['ce_source'] ?? '',
    type: entry.headers['ce_type'] ?? '',
    key: entry.key?.toString('utf8') ?? '',
    loggedAt: entry.timestamp,
    personal: true,
  };
  if (!wanted(facts)) return [];
  const read = fromEntry(entry, parts.log.schemaIds);
  return read.kind === 'event' ? [read.event] : [];
}

/** How events of one partition stand: what stands apart there, else by the position and the audit trail. */
async function standingIn(
  parts: ReplayParts,
  subscription: Subscription,
  { topic, partition }: Stretch,
  { start, next, delivered }: { readonly start: number; readonly next: number; readonly delivered: CompactSet },
): Promise<(event: StoredEvent) => Before> {
  const exceptions = await parts.stores.standing.exceptions(subscription.id, topic, partition);
  const apart = new Map(exceptions.map(({ offset, kind }) => [offset, kind]));
  return ({ envelope, position: { offset } }) => {
    const kind = apart.get(offset);
    if (kind !== undefined) return kind;
    if (offset < start) return 'before-start';
    if (offset >= next) return 'in-flight';
    return delivered.has(eventKey(envelope)) ? 'delivered' : 'undelivered';
  };
}

/** Which events the receiver has had since `from` (ms), by source and id, by any way but the run `not`. A delivery is never written down before its event was logged. */
export async function deliveredSince(
  parts: ReplayParts,
  subscription: string,
  from: number | undefined,
  not?: string,
): Promise<CompactSet> {
  const { topic } = ev.AuditGeregistreerdV1;
  const { admin } = parts.log;
  const ends = await admin.offsets(topic);
  const partition = partitionOfKey(subscription, ends.length);
  const end = ends.find((p) => p.partition === partition);
  const delivered = new CompactSet();
  if (end === undefined) return delivered;
  const first = from === undefined ? end.first : await admin.offsetAt(topic, partition, from);
  const lines = auditedDeliveries(parts.log, subscription, { partition, from: first, to: end.next });
  for await (const line of lines) {
    if (line.kind === 'outcome' && line.outcome === deliveredOutcome && line.replay !== (not ?? ''))
      delivered.add(eventKey(line));
  }
  return delivered;
}
