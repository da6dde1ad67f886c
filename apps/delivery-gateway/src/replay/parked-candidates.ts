import { compileRequest, type Candidate, type PlanRequest, type Subscription } from '@kruispunt/delivery';
import type { ParkedEvent } from '@kruispunt/postgres';
import { eventsAt } from './events-at.js';
import { isPersonal } from './logged-candidates.js';
import type { ReplayParts } from './replay-parts.js';

const page = 1_000;

/**
 * Parked events of the subscription with their present verdict, in log order, page by page; the copy that was kept stands in where the
 * log has them no more.
 */
export async function* parkedCandidates(
  parts: ReplayParts,
  subscription: Subscription,
  request: PlanRequest,
): AsyncGenerator<{ readonly candidates: readonly Candidate[] }> {
  const wanted = compileRequest(withoutRange(request));
  let after: ParkedEvent | undefined;
  for (;;) {
    const rows = await parts.stores.standing.parked(subscription.id, { after, limit: page });
    const asked = rows.filter((row) => wanted(factsOf(row)));
    yield { candidates: await candidatesOf(parts, subscription, asked) };
    if (rows.length < page) return;
    after = rows.at(-1);
  }
}

/** A row knows when it was parked, not when the log took the event; the range is compared again once that is known. */
const withoutRange = ({ from: _, to: __, ...request }: PlanRequest): PlanRequest => request;

async function candidatesOf(
  parts: ReplayParts,
  subscription: Subscription,
  rows: readonly ParkedEvent[],
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const group of byPartition(rows)) {
    const events = await eventsAt(
      parts,
      subscription.id,
      group[0]!,
      group.map(({ offset }) => offset),
    );
    const verdicts = (
      await parts.door.judge(
        subscription,
        events.flatMap((event) => event ?? []),
      )
    ).values();
    for (const [i, row] of group.entries()) {
      const event = events[i];
      const facts = { ...factsOf(row), loggedAt: event?.loggedAt ?? row.parkedAt };
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

/** Rows come in log order, so a partition is a stretch of them. */
function byPartition(rows: readonly ParkedEvent[]): ParkedEvent[][] {
  const groups: ParkedEvent[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last?.[0]?.topic === row.topic && last[0].partition === row.partition) last.push(row);
    else groups.push([row]);
  }
  return groups;
}
