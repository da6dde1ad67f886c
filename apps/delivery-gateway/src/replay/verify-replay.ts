import { verifyRun, type After, type Evidence, type RunItem, type Verification } from '@kruispunt/delivery';
import type { ReplayRun, StoredItem } from '@kruispunt/postgres';
import { auditedDeliveries, deliveredOutcome } from './audit-evidence.js';
import type { ReplayParts } from './replay-parts.js';

const page = 10_000;

/** Checks a run against the audit trail and the stores, as they are now; reads everything again, trusts no counter. */
export async function verifyReplay(parts: ReplayParts, run: ReplayRun): Promise<Verification> {
  const items = await allItems(parts, run.plan);
  const evidence: Evidence[] = [];
  const { partition, offset } = run.auditFrom;
  const audit = await parts.log.admin.offsets('be.vlaanderen.kruispunt.audit.v1');
  const to = audit.find((p) => p.partition === partition)?.next ?? offset;
  for await (const line of auditedDeliveries(parts.log, run.subscription, { partition, from: offset, to })) {
    if (line.replay !== run.id) continue;
    const { reference, id, source } = line;
    evidence.push({ reference, id, source, delivered: line.kind === 'outcome' && line.outcome === deliveredOutcome });
  }
  const after = await standingNow(parts, run.subscription, items);
  const places = new Map(items.map((item) => [item.n, item]));
  return verifyRun(items.map(runItem), evidence, (item) => after(places.get(item.n)!));
}

async function allItems(parts: ReplayParts, plan: string): Promise<StoredItem[]> {
  const items: StoredItem[] = [];
  for (;;) {
    const more = await parts.stores.plans.items(plan, { after: items.at(-1)?.n ?? 0, limit: page });
    items.push(...more);
    if (more.length < page) return items;
  }
}

const runItem = ({ n, eventId, source, type, before, state, reason }: StoredItem): RunItem => ({
  n,
  id: eventId,
  source,
  type,
  before,
  state,
  ...(reason !== null && { reason }),
});

/** What was discarded since is parked all the same: it has not left. */
async function standingNow(
  parts: ReplayParts,
  subscription: string,
  items: readonly StoredItem[],
): Promise<(item: StoredItem) => After> {
  const apart = new Map<string, ReadonlyMap<number, After>>();
  const nameOf = ({ topic, partition }: Pick<StoredItem, 'topic' | 'partition'>) => `${topic}/${partition}`;
  for (const item of new Map(items.map((one) => [nameOf(one), one])).values()) {
    const rows = await parts.stores.standing.exceptions(subscription, item.topic, item.partition);
    const kinds = rows.map(({ offset, kind }) => [offset, kind === 'waiting' ? 'waiting' : 'parked'] as const);
    apart.set(nameOf(item), new Map(kinds));
  }
  return (item) => apart.get(nameOf(item))?.get(item.offset) ?? 'settled';
}
