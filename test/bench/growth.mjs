// What an event costs against 1, 100, 1 000 and 10 000 subscriptions, of which one in ten is dead and one is concerned.
import { readFileSync } from 'node:fs';
import {
  addBystanders,
  addCrowd,
  conservation,
  databaseOf,
  here,
  ofGraveyard,
  ofHere,
  openCircuits,
} from './crowd.mjs';
import { decisionRecord, decisionType } from './events.mjs';
import { client } from './http.mjs';
import { flood, median, measured, until, untilIdle } from './measure.mjs';
import { startReceiver } from './subscriber.mjs';

export const title = 'Growth: the number of subscriptions';
export const about = `One \`delivery-gateway\` process holds so many subscriptions to one event type; each looks at a municipality of its own, one in ten is dead (its
circuit open, probed on its ladder), and exactly one is concerned by the events that are measured. So the work that must be done is the same
at each size, and what differs is the price of the others. CPU: the gateway and Postgres. The limit beside it: a bare undici client that POSTs
the same bytes to the same receiver.`;

/** Resident memory of a process, MiB. */
const residentMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1_024;

/** Six failed keys in a row open a circuit; each key fails once. */
const keysToDie = 6;

async function bury(world, database, dead) {
  if (dead.length === 0) return;
  await world.log.append(Array.from({ length: keysToDie }, () => ofGraveyard(decisionRecord(world.schemaIds))));
  await until(`${dead.length} circuits open`, async () => (await openCircuits(database, dead)) === dead.length, 90);
}

/** Events of the one municipality, from the append to the last delivery. */
async function round({ world, receiver, pids }, total) {
  await receiver.forget();
  const records = Array.from({ length: total }, () => ofHere(decisionRecord(world.schemaIds)));
  const work = async () => {
    await world.log.append(records);
    await receiver.received(total);
    return total;
  };
  return measured(work, { pids, self: false, after: () => untilIdle(pids) });
}

async function bare(receiver, total) {
  const sample = await receiver.ask('/sample');
  const hop = ['host', 'connection', 'content-length'];
  const headers = Object.fromEntries(Object.entries(sample.headers).filter(([name]) => !hop.includes(name)));
  const http = client(receiver.url, { connections: 16, headers });
  const run = await measured(async () => {
    await flood(total, 16, (i) => http.post('/hook', sample.body, { 'webhook-id': `bare-${i}` }, 204));
    return total;
  });
  await http.close();
  return run;
}

export async function run(world, { quick, tell }) {
  const [sizes, total, rounds] = quick ? [[1, 100, 1_000], 500, 1] : [[1, 100, 1_000, 10_000], 3_000, 3];
  await world.system.start('delivery-gateway');
  const [database, receiver] = [databaseOf(world), await startReceiver()];
  const gateway = world.system.pid('delivery-gateway');
  const pids = [gateway, ...world.postgresPids];
  const type = decisionType.type;
  const endsNow = () => endsOf(world, decisionType.topic);
  const points = [];
  try {
    await addCrowd(database, {
      ...{ count: 1, stem: 'concerned', type, url: `${receiver.url}/hook`, inFlightMax: 64 },
      ...{ nis: allAt(here), ends: await endsNow() },
    });
    await round({ world, receiver, pids }, 2 * total);
    for (const [i, size] of sizes.entries()) {
      const more = size - (sizes[i - 1] ?? 1);
      tell(`${size} subscriptions`);
      const dead =
        more > 0 ? await addBystanders(world, database, { count: more, type, receiver, ends: await endsNow() }) : [];
      await bury(world, database, dead);
      await untilIdle(pids);
      await round({ world, receiver, pids }, Math.round(total / 3));
      const runs = [];
      for (let n = 0; n < rounds; n += 1) runs.push(await round({ world, receiver, pids }, total));
      points.push({
        size,
        dead: Math.floor(size / 10),
        rate: median(runs.map((r) => r.events / r.seconds)),
        cpuUs: median(runs.map((r) => r.cpuUs / r.events)),
        memoryMb: residentMb(gateway),
      });
    }
    const limit = await bare(receiver, total);
    return resultOf(points, limit, await conservation(database));
  } finally {
    receiver.stop();
  }
}

function resultOf(points, limit, difference) {
  const [one, most] = [points[0], points.at(-1)];
  const share = (most.cpuUs / one.cpuUs - 1) * 100;
  const limitUs = limit.cpuUs / limit.events;
  return {
    tables: [
      {
        columns: ['subscriptions', 'of which dead', 'events/s', 'CPU per event, µs', '÷ 1 subscription', 'memory, MiB'],
        rows: points.map((p) => [
          ...[p.size, p.dead, Math.round(p.rate), Math.round(p.cpuUs)],
          ...[`${(p.cpuUs / one.cpuUs).toFixed(2)}×`, Math.round(p.memoryMb)],
        ]),
      },
    ],
    charts: [
      {
        title: 'CPU per event, µs',
        x: points.map((p) => p.size),
        series: [points.map((p) => Math.round(p.cpuUs)), points.map(() => Math.round(limitUs))],
        names: ['delivery-gateway', 'bare client'],
      },
      { title: 'Memory, MiB', x: points.map((p) => p.size), series: [points.map((p) => Math.round(p.memoryMb))] },
    ],
    notes: [
      `${most.size} subscriptions change the CPU per event by ${share > 0 ? '+' : ''}${share.toFixed(0)} %; target of the design: at most 20 %.`,
      `The bare client: ${Math.round(limit.events / limit.seconds)} events/s, ${Math.round(limitUs)} µs of CPU each.`,
      `Conservation (I5) over all of it afterwards: a difference of ${difference}.`,
    ],
  };
}
