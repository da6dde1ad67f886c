import { addressDay } from '../feed/address-day.js';
import { feedOf, feedPages, type FeedItem } from '../feed/feed-pages.js';
import { organisations } from '../cast/organisations.js';
import { until } from './api.js';
import type { Day } from './day.js';

interface Feeds {
  readonly feeds: readonly {
    readonly source: string;
    readonly feed: string;
    readonly highest: number;
    readonly stoppedBy?: string;
  }[];
}

interface Flow {
  readonly subscriptions: readonly { readonly id: string; readonly circuit: { readonly kind: string } }[];
}

const addresses = 8;

/** The page of each day before this one was read and is gone; it is complete and empty. */
const onPage = (day: number, items: readonly FeedItem[]): readonly (readonly FeedItem[])[] => [
  ...Array.from({ length: day - 1 }, () => []),
  items,
];

/**
 * The feed brings address changes while one receiver is closed: its circuit opens, the other is not slowed; it comes back and catches up, each
 * address in order.
 */
export async function feedWithOneDown(day: Day): Promise<void> {
  const { stage, teller, expectations, receivers } = day;
  const items = addressDay({ day: stage.day, nis: organisations.municipality.nis, at: Date.now(), addresses });
  await receivers.rescue.close();
  teller.say('the rescue services’ receiver goes down: nobody listens on its port');
  const before = receivers.maps.first().length;
  const playedAt = Date.now();
  for (const feed of ['adressen', 'percelen'])
    stage.feedPages.set(
      `day/${feed}`,
      onPage(
        stage.day,
        items.filter((i) => feedOf(i) === feed),
      ),
    );
  const expected = items.filter((i) => feedOf(i) === 'adressen').length;
  await until(
    'the map service has the address changes',
    () => Promise.resolve(receivers.maps.first().length - before),
    (n) => n >= expected,
  );
  const mapsMs = Date.now() - playedAt;
  teller.say(
    `the feed brought ${items.length} changes; the map service has all ${expected} of addresses after ${(mapsMs / 1000).toFixed(1)} s`,
  );
  const rescue = day.subscriptions.get('hulpdiensten-adressen');
  await expectations.check('one receiver is down: its circuit opens', async () => {
    const flow = await until(
      'the circuit opens',
      () => stage.api('delivery-gateway', 'operator').get<Flow>('/v1/flow'),
      (f) => circuitOf(f, rescue) !== 'closed',
      20_000,
    );
    return { ok: true, detail: `circuit ${circuitOf(flow, rescue)} after connection refusals on several addresses` };
  });
  teller.say('the circuit of the rescue services is open: their position stands still, nothing piles up');
  expectations.expect(
    'others are not slowed by a receiver that is down',
    receivers.maps.first().length - before >= expected,
    `the map service had ${expected} events after ${mapsMs} ms`,
  );
  const had = receivers.rescue.first().length;
  await receivers.rescue.open();
  teller.say('the rescue services come back');
  await expectations.check('the receiver that was down catches up, each address in order', async () => {
    await until(
      'the rescue services catch up',
      () => Promise.resolve(receivers.rescue.first().length - had),
      (n) => n >= expected,
      40_000,
    );
    const wrong = outOfOrder(receivers.rescue.first().slice(had), receivers.maps.first().slice(before));
    return {
      ok: wrong.length === 0,
      detail:
        wrong.length === 0
          ? `${expected} events in the order of the log, per address`
          : `out of order: ${wrong.join(', ')}`,
    };
  });
}

const circuitOf = (flow: Flow, id: string | undefined): string =>
  flow.subscriptions.find((s) => s.id === id)?.circuit.kind ?? 'closed';

/** Subjects whose events came in another order than in the reference. */
function outOfOrder(
  seen: readonly { id: string; subject: string }[],
  reference: readonly { id: string; subject: string }[],
): string[] {
  const bySubject = (list: readonly { id: string; subject: string }[]) => Map.groupBy(list, (e) => e.subject);
  const wanted = bySubject(reference);
  return [...bySubject(seen)]
    .filter(([subject, events]) => {
      const order = new Map((wanted.get(subject) ?? []).map((e, i) => [e.id, i]));
      const places = events.map((e) => order.get(e.id) ?? -1);
      return places.some((place, i) => i > 0 && place < (places[i - 1] ?? 0));
    })
    .map(([subject]) => subject);
}

/** The feed events of the data folder, through the same reader: each becomes typed events, nothing dropped. */
export async function feedOfData(
  day: Day,
  events: readonly { readonly file: string; readonly item: FeedItem }[],
): Promise<void> {
  const { stage, teller, expectations } = day;
  if (events.length === 0) return;
  const pages = feedPages(
    events.map((e) => e.item),
    10,
  );
  for (const [feed, items] of pages) stage.feedPages.set(`data/${feed}`, items);
  const last = new Map([...pages].map(([feed, items]) => [feed, Number(items.at(-1)?.at(-1)?.id ?? 0)]));
  const api = stage.api('basisregisters', 'operator');
  await until(
    'the feed of the data folder is read',
    () => api.get<Feeds>('/v1/feeds'),
    ({ feeds }) =>
      feeds
        .filter((f) => f.source === 'data')
        .every((f) => f.stoppedBy !== undefined || f.highest >= (last.get(f.feed) ?? 0)),
    60_000,
  );
  for (const { file, item } of events)
    day.data.feedEvents.push({ file, id: item.id, type: item.type, became: await whatBecame(day, item) });
  const lost = (day.data.feedEvents as { became: readonly unknown[] }[]).filter((e) => e.became.length === 0).length;
  expectations.expect(
    'each feed event of the data folder stands in the log',
    lost === 0,
    `${events.length} read, ${lost} without a typed event`,
  );
  teller.say(`data folder: ${events.length} feed events read, ${events.length - lost} stand in the log`);
}

interface Indexed {
  readonly events: readonly {
    readonly eventId: string;
    readonly type: string;
    readonly loggedAt: string;
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
  }[];
}

/** What stands in the event index of one feed event: itself, or one event per old object of a transform. */
async function whatBecame(day: Day, item: FeedItem): Promise<readonly object[]> {
  const feed = feedOf(item);
  const source = `urn:be:ovo:OVO002949:systeem:basisregisters-${feed}`;
  const data = (item['data'] ?? {}) as { transformaties?: readonly { vanId: string }[] };
  const pairs = data.transformaties ?? [];
  const ids =
    pairs.length > 1 ? pairs.map((p) => `${item.id}-${p.vanId.slice(p.vanId.lastIndexOf('/') + 1)}`) : [item.id];
  const index = day.stage.api('publish-gateway', 'operator');
  const found: object[] = [];
  for (const id of ids) {
    const query = `/v1/index?source=${encodeURIComponent(source)}&id=${encodeURIComponent(id)}`;
    const { events } = await until(
      `event ${id} in the index`,
      () => index.get<Indexed>(query),
      (a) => a.events.length > 0,
      20_000,
    ).catch(() => ({ events: [] }));
    const [event] = events;
    if (event) found.push({ type: event.type, position: `${event.topic}/${event.partition}@${event.offset}` });
  }
  return found;
}
