// What subscribers do to one another: a hung one among fifty, one that fails one in a hundred, three hundred that want the same event.
import {
  addCrowd,
  allAt,
  conservation,
  databaseOf,
  endsOf,
  graveyard,
  here,
  ofGraveyard,
  ofHere,
  setState,
} from './crowd.mjs';
import { decisionRecord, decisionType } from './events.mjs';
import { client } from './http.mjs';
import { flood, median, measured, percentile, untilIdle } from './measure.mjs';
import { startReceiver } from './subscriber.mjs';

export const title = 'Neighbours: slow, failing and many subscribers';
export const about = `One \`delivery-gateway\` process. A *hung* receiver takes the request and never answers, until the deadline of the attempt (15 s); its place
among the fifty is taken by a healthy one in the other rounds, paused and going on in turns. *Order*: how often an event arrives before an
earlier one of its key while the receiver refuses the first attempt at one in a hundred (their keys wait 25 s). *Fan-out*: one event that
three hundred subscriptions want, from the append to the last arrival; beside it a bare undici client that POSTs as many from memory.`;

const now = () => performance.timeOrigin + performance.now();
const share = (part, whole) => `${((part / whole - 1) * 100).toFixed(1)} %`;

/** Deliveries per second to the healthy, with the hung one going on or paused, in turns. */
async function hung({ world, database, receiver, pids, tell }, { events, rounds }) {
  const ends = await endsOf(world, decisionType.topic);
  const crowd = { type: decisionType.type, ends, nis: allAt(here) };
  const healthy = await addCrowd(database, { ...crowd, count: 49, stem: 'healthy', url: `${receiver.url}/hook` });
  const silent = await addCrowd(database, { ...crowd, count: 1, stem: 'hung', url: `${receiver.url}/hung` });
  const round = async (state) => {
    await setState(database, silent, state);
    await untilIdle(pids);
    await receiver.forget();
    const records = Array.from({ length: events }, () => ofHere(decisionRecord(world.schemaIds)));
    return measured(
      async () => {
        await world.log.append(records);
        await receiver.arrived(events * healthy.length);
        return events * healthy.length;
      },
      { pids, self: false },
    );
  };
  await round('paused');
  const runs = { paused: [], active: [] };
  for (let n = 0; n < rounds; n += 1)
    for (const state of n % 2 === 0 ? ['paused', 'active'] : ['active', 'paused']) {
      tell(`hung receiver ${state}, round ${n + 1} of ${rounds}`);
      runs[state].push(await round(state));
    }
  await setState(database, [...healthy, ...silent], 'ended');
  const of = (state, value) => median(runs[state].map(value));
  const rate = (state) => of(state, (r) => r.events / r.seconds);
  const cpu = (state) => of(state, (r) => r.cpuUs / r.events);
  return [
    ['49 receivers of 50, the other paused', Math.round(rate('paused')), Math.round(cpu('paused')), ''],
    [
      '49 receivers of 50, the other hung',
      ...[Math.round(rate('active')), Math.round(cpu('active'))],
      `${share(rate('active'), rate('paused'))} deliveries/s, ${share(cpu('active'), cpu('paused'))} CPU`,
    ],
  ];
}

/** Events that arrived before an earlier one of their key. */
async function inversions({ world, database, receiver }, events) {
  const ends = await endsOf(world, decisionType.topic);
  const [id] = await addCrowd(database, {
    ...{ count: 1, stem: 'flaky', type: decisionType.type, ends, nis: allAt(graveyard), inFlightMax: 64 },
    url: `${receiver.url}/flaky`,
  });
  await receiver.forget();
  const places = new Map();
  const records = Array.from({ length: events }, (_, i) => {
    const record = ofGraveyard(decisionRecord(world.schemaIds, `k-${i % 300}`));
    places.set(record.headers.ce_id, { key: i % 300, n: i });
    return record;
  });
  await world.log.append(records);
  await receiver.received(events, 120);
  await setState(database, [id], 'ended');
  const last = new Map();
  let found = 0;
  for (const [, event] of await receiver.ask('/arrivals')) {
    const { key, n } = places.get(event);
    if (n < (last.get(key) ?? -1)) found += 1;
    last.set(key, Math.max(n, last.get(key) ?? -1));
  }
  return found;
}

/** Milliseconds from the append of one event to its last arrival, several times. */
async function fanOut({ world, database, receiver, pids }, { wide, times }) {
  const ends = await endsOf(world, decisionType.topic);
  const ids = await addCrowd(database, {
    ...{ count: wide, stem: 'municipality', type: decisionType.type, ends, nis: allAt(here) },
    url: `${receiver.url}/hook`,
  });
  const lasts = [];
  for (let n = 0; n <= times; n += 1) {
    await untilIdle(pids);
    await receiver.forget();
    const sent = now();
    await world.log.append([ofHere(decisionRecord(world.schemaIds))]);
    await receiver.arrived(wide);
    const arrivals = await receiver.ask('/arrivals');
    // The first opens the connections, and is thrown away.
    if (n > 0) lasts.push(Math.max(...arrivals.map(([, , at]) => at)) - sent);
  }
  await setState(database, ids, 'ended');
  return lasts;
}

/** As many POSTs by a client that does nothing else. */
async function bareFanOut(receiver, { wide, times }) {
  const sample = await receiver.ask('/sample');
  const http = client(receiver.url, { connections: 16, headers: { 'webhook-signature': 'bare' } });
  const lasts = [];
  for (let n = 0; n <= times; n += 1) {
    const started = now();
    await flood(wide, 16, (i) => http.post('/hook', sample.body, { 'webhook-id': `fan-${n}-${i}` }, 204));
    if (n > 0) lasts.push(now() - started);
  }
  await http.close();
  return lasts;
}

export async function run(world, { quick, tell }) {
  const size = quick
    ? { events: 10, rounds: 1, order: 300, times: 2 }
    : { events: 60, rounds: 5, order: 1_500, times: 10 };
  await world.system.start('delivery-gateway');
  const [database, receiver] = [databaseOf(world), await startReceiver()];
  const pids = [world.system.pid('delivery-gateway'), ...world.postgresPids];
  const scene = { world, database, receiver, pids, tell };
  try {
    const rows = await hung(scene, size);
    tell('fan-out');
    const fan = { wide: 300, times: size.times };
    const [ours, bare] = [await fanOut(scene, fan), await bareFanOut(receiver, fan)];
    tell('one in a hundred fails');
    const found = await inversions(scene, size.order);
    const ms = (all) => `median ${Math.round(median(all))} ms, worst ${Math.round(percentile(all, 100))} ms`;
    return {
      tables: [{ columns: ['who', 'deliveries/s to the 49', 'CPU per delivery, µs', 'difference'], rows }],
      notes: [
        `A hung receiver: target of the design < 1 % of the throughput of the others. Rounds of the same kind differ by more than that on two cores.`,
        `Fan-out of one event to ${fan.wide}: last arrival ${ms(ours)}; the bare client: ${ms(bare)}. Target: last delivery within 2 s.`,
        `Order: ${found} inversions among ${size.order} events of 300 keys, one in a hundred refused at first. Target: 0.`,
        `Conservation (I5) over all of it afterwards: a difference of ${await conservation(database)}.`,
      ],
    };
  } finally {
    receiver.stop();
  }
}
