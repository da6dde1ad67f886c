import { eventTypeOf } from '@kruispunt/contracts';
import { compileRequest, type Before, type Candidate, type PlanRequest, type Subscription } from '@kruispunt/delivery';
import { fromEntry, type StoredEvent } from '@kruispunt/event';
import type { LogEntry } from '@kruispunt/kafka';
import { problem } from '@kruispunt/problem';
import type { ParkedEvent, StandingPosition } from '@kruispunt/postgres';
import { auditedDeliveries, deliveredEvents, eventKey } from './audit-evidence.js';
import type { ReplayParts } from './replay-parts.js';
import { entriesAt, scanStretch, stretchesOf } from './scan-log.js';

/** More exceptions or candidates than this are not planned in one go; narrow the request. */
export const candidatesMax = 2_000_000;

const placeOf = (topic: string, partition: number, offset: number): string => `${topic}\n${partition}\n${offset}`;

/** Parked events of the subscription with their present verdict; the copy that was kept stands in where the log has them no more. */
export async function parkedCandidates(
  parts: ReplayParts,
  subscription: Subscription,
  request: PlanRequest,
): Promise<Candidate[]> {
  const wanted = compileRequest(request);
  const parked = (await parts.stores.standing.parked(subscription.id, candidatesMax)).map((row) => ({
    row,
    facts: factsOf(row),
  }));
  const candidates: Candidate[] = [];
  for (const group of byPartition(parked)) {
    const events = await eventsAt(
      parts,
      subscription.id,
      group[0]!.row,
      group.map(({ row }) => row.offset),
    );
    const asked = group.map(({ facts }, i) => ({
      facts: { ...facts, loggedAt: events[i]?.loggedAt ?? facts.loggedAt },
      event: events[i],
    }));
    const chosen = asked.filter(({ facts }) => wanted(facts));
    const present = chosen.flatMap(({ event }) => (event === undefined ? [] : [event]));
    const verdicts = (await parts.door.judge(subscription, present)).values();
    for (const { facts, event } of chosen) {
      const verdict =
        event === undefined ? undefined : (verdicts.next().value ?? { kind: 'suppressed' as const, rule: 'filter' });
      candidates.push({ ...facts, before: 'parked', verdict });
    }
  }
  return candidates;
}

const factsOf = (row: ParkedEvent) => ({
  position: { topic: row.topic, partition: row.partition, offset: row.offset },
  id: row.eventId,
  source: row.source,
  type: row.type,
  key: row.key,
  loggedAt: row.parkedAt,
  personal: isPersonal(row.type),
  group: row.group,
});

/** An unknown type counts as personal: nobody can say that it is not. */
const isPersonal = (type: string): boolean => {
  const klasse = eventTypeOf(type)?.klasse;
  return klasse !== 'OPEN' && klasse !== 'INTERN';
};

function byPartition<T extends { readonly row: { readonly topic: string; readonly partition: number } }>(
  items: readonly T[],
): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = placeOf(item.row.topic, item.row.partition, 0);
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return [...groups.values()];
}

/** Events of one partition by offset: from the log, else from the copy that was sealed when they were parked. */
export async function eventsAt(
  parts: ReplayParts,
  subscription: string,
  at: { readonly topic: string; readonly partition: number },
  offsets: readonly number[],
): Promise<(StoredEvent | undefined)[]> {
  const entries = await entriesAt(parts.log.reader, at.topic, at.partition, offsets);
  return Promise.all(
    offsets.map(async (offset, i) => {
      const read = entries[i] && fromEntry(entries[i], parts.log.schemaIds);
      if (read?.kind === 'event') return read.event;
      const sealed = await parts.stores.standing.payload(subscription, { ...at, offset });
      return sealed && parts.door.unseal(sealed, { ...at, offset });
    }),
  );
}

/** What the log holds for the subscription in the range asked, each event with how it stands and how it is judged now. */
export async function loggedCandidates(
  parts: ReplayParts,
  subscription: Subscription,
  request: PlanRequest,
  auditPart: { partition: number; next: number },
): Promise<Candidate[]> {
  const topics = [...new Set(subscription.types.flatMap((type) => eventTypeOf(type)?.topic ?? []))];
  const wanted = compileRequest(request);
  const types = new Set(subscription.types);
  const standing = await standingOf(parts, subscription, topics);
  const delivered = await deliveredEvents(
    auditedDeliveries(parts.log, subscription.id, await auditStretch(parts, request, auditPart)),
  );
  const candidates: Candidate[] = [];
  for (const stretch of await stretchesOf(parts.log.admin, topics, request)) {
    for await (const entries of scanStretch(parts.log.reader, stretch)) {
      const events = entries.flatMap((entry) => decodeWanted(parts, entry, types, wanted));
      const verdicts = events.length === 0 ? [] : await parts.door.judge(subscription, events);
      for (const [i, event] of events.entries()) {
        const verdict = verdicts[i];
        if (verdict !== undefined)
          candidates.push({ ...candidateOf(event), before: standing(event, delivered), verdict });
      }
      if (candidates.length > candidatesMax)
        throw problem('invalid-request', {
          at: '/from',
          reason: `more than ${candidatesMax} events; narrow the range`,
        });
    }
  }
  return candidates;
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

/** The cheap questions first, on headers: most of a long stretch is never decoded. */
function decodeWanted(
  parts: ReplayParts,
  entry: LogEntry,
  types: ReadonlySet<string>,
  wanted: ReturnType<typeof compileRequest>,
): StoredEvent[] {
  const type = entry.headers['ce_type'] ?? '';
  if (!types.has(type)) return [];
  const facts = {
    position: entry,
    id: entry.headers['ce_id'] ?? '',
    source: entry.headers['ce_source'] ?? '',
    type,
    key: entry.key?.toString('utf8') ?? '',
    loggedAt: entry.timestamp,
    personal: true,
  };
  if (!wanted(facts)) return [];
  const read = fromEntry(entry, parts.log.schemaIds);
  return read.kind === 'event' ? [read.event] : [];
}

type Standing = (event: StoredEvent, delivered: ReadonlySet<string>) => Before;

async function standingOf(
  parts: ReplayParts,
  subscription: Subscription,
  topics: readonly string[],
): Promise<Standing> {
  const { standing } = parts.stores;
  const [positions, held, parked] = await Promise.all([
    standing.positions(subscription.id, topics),
    standing.held(subscription.id, candidatesMax),
    standing.parked(subscription.id, candidatesMax),
  ]);
  const next = new Map(positions.map((p) => [placeOf(p.topic, p.partition, 0), p.next]));
  const waiting = new Set(held.map((h: StandingPosition) => placeOf(h.topic, h.partition, h.next)));
  const isParked = new Set(parked.map((p) => placeOf(p.topic, p.partition, p.offset)));
  return ({ envelope, position: { topic, partition, offset } }, delivered) => {
    const place = placeOf(topic, partition, offset);
    if (isParked.has(place)) return 'parked';
    if (waiting.has(place)) return 'waiting';
    if (offset >= (next.get(placeOf(topic, partition, 0)) ?? 0)) return 'in-flight';
    return delivered.has(eventKey(envelope)) ? 'delivered' : 'undelivered';
  };
}

/** The audit lines that can tell of events logged since `from`: a delivery is never written down before its event was logged. */
async function auditStretch(parts: ReplayParts, request: PlanRequest, audit: { partition: number; next: number }) {
  const topic = 'be.vlaanderen.kruispunt.audit.v1';
  const from = request.from === undefined ? 0 : await parts.log.admin.offsetAt(topic, audit.partition, request.from);
  return { partition: audit.partition, from, to: audit.next };
}
