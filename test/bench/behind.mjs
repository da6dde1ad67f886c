// Far behind, and back: a process that was down for an hour, one subscriber that was, and a redelivery, while others live on.
import { randomUUID } from 'node:crypto';
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
import { flood, paced, spread, until, untilIdle } from './measure.mjs';
import { startReceiver } from './subscriber.mjs';

export const title = 'Catching up, and redelivery, beside live traffic';
export const about = `One \`delivery-gateway\` process. *Live*: events to one subscription at an even rate, from the append to their arrival. Beside it another
subscription, which was paused while its events were logged, goes on; then a redelivery of events that it has had runs, at the rate that was
asked. *Down*: the process is stopped while events are logged, and started again; the clock runs from the first arrival. The limit beside it:
a bare undici client that POSTs the same bytes to the same receiver.`;

const livePerSecond = 100;
const now = () => performance.timeOrigin + performance.now();

/** Latencies of live events, ms, while `beside` goes on: as long as it does, at least `seconds`. */
async function live({ world, receiver }, seconds, beside = async () => undefined) {
  const sentAt = new Map();
  let busy = true;
  const other = beside().finally(() => (busy = false));
  do {
    await paced(livePerSecond, seconds, async () => {
      const record = ofHere(decisionRecord(world.schemaIds));
      sentAt.set(record.headers.ce_id, now());
      await world.log.append([record]);
    });
  } while (busy);
  await other;
  const arrived = async () => {
    const times = await receiver.ask('/times');
    return [...sentAt].flatMap(([id, at]) => (times[id] === undefined ? [] : [times[id] - at]));
  };
  await until('the live events', async () => (await arrived()).length === sentAt.size, 60);
  return spread(await arrived());
}

/** Logs events for the subscription that is behind; a batch at a time. */
async function log(world, count) {
  for (let at = 0; at < count; at += 2_000)
    await world.log.append(
      Array.from({ length: Math.min(2_000, count - at) }, () => ofGraveyard(decisionRecord(world.schemaIds))),
    );
}

/** Deliveries to one subscription since the receiver forgot, and the seconds between the first and the last of them. */
async function arrivalsOf(receiver, id) {
  const { count, first, last } = (await receiver.ask('/subscriptions'))[id] ?? { count: 0, first: 0, last: 0 };
  return { count, seconds: (last - first) / 1_000 };
}
const untilArrived = (receiver, id, count, withinS) =>
  until(
    `${count} arrived`,
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (await arrivalsOf(receiver, id)).count >= count;
    },
    withinS,
  );

/** A redelivery of everything, planned, approved by a colleague and started; answers when it is done. */
async function redeliver({ system }, subscription, { limit, rate }) {
  const call = async (path, body, subject = 'bench', scopes = ['kruispunt.operate', 'kruispunt.approve']) => {
    const token = await system.issuer.token({ organisation: 'OVO999001', subject, scopes });
    const answer = await fetch(`${system.url('delivery-gateway')}/v1/replays${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const json = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(json)}`);
    return json;
  };
  const reason = 'a measurement on test data';
  const plan = await call('', { subscription, intent: 'all', limit, reason });
  await call(`/${plan.id}/approve`, { digest: plan.digest, reason }, 'colleague');
  const run = await call(`/${plan.id}/start`, { digest: plan.digest, reason, rate, inFlightMax: 16, ramp: 'rest' });
  await until('the redelivery', async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return (await call(`/${run.id}`)).state === 'done';
  });
  return plan.summary.queued;
}

async function bare(receiver, total) {
  const sample = await receiver.ask('/sample');
  const http = client(receiver.url, { connections: 16, headers: { 'webhook-signature': 'bare' } });
  const started = now();
  await flood(total, 16, () => http.post('/hook', sample.body, { 'webhook-id': randomUUID() }, 204));
  await http.close();
  return (total * 1_000) / (now() - started);
}

export async function run(world, { quick, tell }) {
  const size = quick
    ? { behind: 1_000, down: 1_000, replay: 500, seconds: 3 }
    : { behind: 50_000, down: 10_000, replay: 10_000, seconds: 10 };
  await world.system.start('delivery-gateway');
  const [database, receiver] = [databaseOf(world), await startReceiver()];
  const crowd = { count: 1, type: decisionType.type, url: `${receiver.url}/hook`, inFlightMax: 16 };
  const ends = await endsOf(world, decisionType.topic);
  await addCrowd(database, { ...crowd, stem: 'live', ends, nis: allAt(here) });
  const [slow] = await addCrowd(database, { ...crowd, stem: 'behind', ends, nis: allAt(graveyard) });
  const scene = { world, receiver };
  const idle = () => untilIdle([world.system.pid('delivery-gateway'), ...world.postgresPids]);
  try {
    await live(scene, 3);
    tell(`${size.behind} events behind`);
    await setState(database, [slow], 'paused');
    await log(world, size.behind);
    await idle();
    await receiver.forget();
    const alone = await live(scene, size.seconds);
    tell('catching up beside live traffic');
    await receiver.forget();
    const beside = await live(scene, 3, async () => {
      await setState(database, [slow], 'active');
      await untilArrived(receiver, slow, size.behind, 240);
    });
    const caughtUp = await arrivalsOf(receiver, slow);
    await idle();
    tell('a redelivery beside live traffic');
    await receiver.forget();
    let redelivered = 0;
    const started = now();
    const rate = 500;
    const during = await live(scene, 3, async () => {
      redelivered = await redeliver(world, slow, { limit: size.replay, rate });
    });
    const replayS = (now() - started) / 1_000;
    tell('down');
    await world.system.stopApp('delivery-gateway');
    await receiver.forget();
    await log(world, size.down);
    await world.system.start('delivery-gateway');
    await untilArrived(receiver, slow, size.down, 120);
    const back = await arrivalsOf(receiver, slow);
    const limit = await bare(receiver, Math.min(10_000, size.behind));
    await idle();
    const rateOf = ({ count, seconds }) => Math.round(count / seconds);
    const row = (what, of) => [
      ...[what, of.p50.toFixed(0), of.p95.toFixed(0), of.p99.toFixed(0)],
      of === alone ? '' : `${((of.p95 / alone.p95 - 1) * 100).toFixed(0)} %`,
    ];
    return {
      tables: [
        {
          columns: [`live, ${livePerSecond}/s`, 'p50 ms', 'p95 ms', 'p99 ms', 'p95 against alone'],
          rows: [
            row('alone', alone),
            row(`while another catches up ${size.behind.toLocaleString('en-US')} events`, beside),
            row(`while ${redelivered.toLocaleString('en-US')} events are redelivered at ${rate}/s`, during),
          ],
        },
      ],
      notes: [
        `One subscriber ${caughtUp.count} events behind: caught up at ${rateOf(caughtUp)} events/s. The bare client POSTs ${Math.round(limit)}/s with as many connections.`,
        `The process down while ${back.count} events were logged (an hour at ${(back.count / 3_600).toFixed(1)}/s): caught up at ${rateOf(back)} events/s.`,
        `The redelivery took ${replayS.toFixed(1)} s with its plan. Target: live p95 less than 20 % higher.`,
        `Conservation (I5) over all of it afterwards: a difference of ${await conservation(database)}.`,
      ],
    };
  } finally {
    receiver.stop();
  }
}
