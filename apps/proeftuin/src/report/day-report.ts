import type { Day } from '../story/day.js';
import { percentiles } from './percentiles.js';

/** The day as JSON, in the shape the README names. */
export interface DayReport {
  readonly day: number;
  readonly startedAt: string;
  readonly ms: number;
  readonly accepted: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  readonly delivered: Readonly<Record<string, number>>;
  readonly parked: Readonly<Record<string, number>>;
  readonly suppressed: Readonly<Record<string, number>>;
  readonly chains: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly latencyMs: {
    readonly accept: ReturnType<typeof percentiles>;
    readonly acceptToDelivered: ReturnType<typeof percentiles>;
  };
  readonly positions: readonly object[];
  readonly data: Day['data'] & { readonly counts: Readonly<Record<string, number>> };
  readonly expectations: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

export interface FlowSubscription {
  readonly id: string;
  readonly name: string;
  readonly matched: number;
  readonly delivered: number;
  readonly suppressed: number;
  readonly held: number;
  readonly parked: number;
  readonly difference: number;
  readonly backlog: number;
  readonly lagS: number;
  readonly circuit: { readonly kind: string };
  readonly suppressedBy: Readonly<Record<string, number>>;
}

export interface Flow {
  readonly subscriptions: readonly FlowSubscription[];
  readonly total: { readonly difference: number };
}

interface Indexed {
  readonly events: readonly { readonly type: string; readonly eventId: string }[];
  readonly next?: string;
}

/** What stands in the log since the day began, by event type: the index, page by page. */
async function loggedByType(day: Day): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const index = day.stage.api('publish-gateway', 'operator');
  const since = encodeURIComponent(new Date(day.startedAt).toISOString());
  let after = '';
  for (;;) {
    const page = await index.get<Indexed>(
      `/v1/index?since=${since}&limit=500${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`,
    );
    for (const { type } of page.events) counts[type] = (counts[type] ?? 0) + 1;
    if (page.next === undefined) return counts;
    after = page.next;
  }
}

/** From the HTTP 202 of the gateway to the receiver's 2xx, for what both sides saw. */
const acceptToDelivered = (day: Day): number[] =>
  Object.values(day.receivers)
    .flatMap((r) => r.first())
    .flatMap((r) => {
      const at = day.acceptedAt.get(r.id);
      return at === undefined ? [] : [Math.max(0, r.at - at)];
    });

interface Chains {
  readonly chains: readonly {
    readonly chain: string;
    readonly instances: readonly { readonly state: string; readonly count: number }[];
  }[];
}

/** Collects the report from the stores of the running system. Counts of the day: differences with `before`, the flow when it began. */
export async function dayReport(day: Day, before: Flow): Promise<DayReport> {
  const { stage } = day;
  const [flow, { chains }, accepted] = await Promise.all([
    stage.api('delivery-gateway', 'operator').get<Flow>('/v1/flow'),
    stage.api('chain-integrator', 'operator').get<Chains>('/v1/chains'),
    loggedByType(day),
  ]);
  const was = new Map(before.subscriptions.map((s) => [s.id, s]));
  const suppressed: Record<string, number> = {};
  for (const s of flow.subscriptions)
    for (const [rule, n] of Object.entries(s.suppressedBy))
      suppressed[rule] = (suppressed[rule] ?? 0) + n - (was.get(s.id)?.suppressedBy[rule] ?? 0);
  const became = day.data.persons as readonly { readonly became: string }[];
  return {
    day: stage.day,
    startedAt: new Date(day.startedAt).toISOString(),
    ms: Date.now() - day.startedAt,
    accepted,
    refused: day.refused,
    delivered: Object.fromEntries(
      flow.subscriptions.map((s) => [s.name, s.delivered - (was.get(s.id)?.delivered ?? 0)]),
    ),
    parked: Object.fromEntries(flow.subscriptions.map((s) => [s.name, Math.max(s.parked, day.parked[s.name] ?? 0)])),
    suppressed,
    chains: Object.fromEntries(
      chains.map((c) => [c.chain, Object.fromEntries(c.instances.map((i) => [i.state, i.count]))]),
    ),
    latencyMs: { accept: percentiles(day.acceptMs), acceptToDelivered: percentiles(acceptToDelivered(day)) },
    positions: flow.subscriptions.map(
      ({ name, matched, delivered, suppressed: s, held, parked, difference, backlog, lagS, circuit }) => ({
        subscription: name,
        matched,
        delivered,
        suppressed: s,
        held,
        parked,
        difference,
        backlog,
        lagS,
        circuit: circuit.kind,
      }),
    ),
    data: {
      ...day.data,
      counts: {
        feedEvents: day.data.feedEvents.length,
        feedEventsInLog: (day.data.feedEvents as readonly { readonly became: readonly unknown[] }[]).filter(
          (e) => e.became.length > 0,
        ).length,
        persons: became.length,
        personsLoaded: became.filter((p) => p.became === 'geladen').length,
        unreadable: day.data.unreadable.length,
      },
    },
    expectations: day.expectations.all(),
  };
}
