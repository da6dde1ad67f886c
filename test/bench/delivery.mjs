// Webhooks: what the real delivery gateway delivers to one receiver, against bare POSTs of the same bytes and a row per delivery.
import { randomUUID } from 'node:crypto';
import { PgBoss } from 'pg-boss';
import { decisionRecord, decisionType, moveRecord, moveType } from './events.mjs';
import { client } from './http.mjs';
import { flood, inTurns, measured, untilIdle } from './measure.mjs';
import { deliveryProtocol, startReceiver, subscribe } from './subscriber.mjs';

export const title = 'Delivery of webhooks';
export const about = `The real \`delivery-gateway\` process: events appended to the log, matched, judged against policy now, projected, signed (Ed25519), an audit
line in the log for each (for personal data one before and one after), sent, settled, position committed in Postgres. The first rival POSTs
the same bytes to the same receiver from memory with undici and does nothing else; the second is a row per delivery (pg-boss on the same
Postgres: insert, fetch in batches of 500, POST, complete), without policy, projection, signature, audit or order per key. CPU: the process
that delivers, and Postgres; the receiver is a process of its own and not counted.`;

const connections = 16;
const batchMax = 100;

function gateway(world, receiver, record, total) {
  return async () => {
    await receiver.forget();
    const records = Array.from({ length: total }, () => record(world.schemaIds));
    const pids = [world.system.pid('delivery-gateway'), ...world.postgresPids];
    return measured(
      async () => {
        await world.log.append(records);
        await receiver.received(total);
        return total;
      },
      { pids, self: false, after: () => untilIdle(pids) },
    );
  };
}

/** The headers a delivery had, but for those that belong to the connection. */
const headersOf = ({ headers }) =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => !['host', 'connection', 'content-length'].includes(name)),
  );

function bare(receiver, sample, total) {
  return async () => {
    await receiver.forget();
    const http = client(receiver.url, { connections, headers: headersOf(sample) });
    const run = await measured(() =>
      flood(total, connections, (i) => http.post('/hook', sample.body, { 'webhook-id': `bare-${i}` }, 204)).then(
        () => total,
      ),
    );
    await http.close();
    return run;
  };
}

/** A row per delivery: written, fetched, sent, completed. */
async function rowPerDelivery(world, receiver, sample, total) {
  const boss = new PgBoss({ connectionString: world.databaseUrl, schedule: false, supervise: false, max: 8 });
  await boss.start();
  const queue = `bench-${randomUUID()}`;
  await boss.createQueue(queue);
  const http = client(receiver.url, { connections, headers: headersOf(sample) });
  const work = async () => {
    for (let at = 0; at < total; at += 500)
      await boss.insert(
        queue,
        Array.from({ length: Math.min(500, total - at) }, () => ({ data: { body: sample.body } })),
      );
    for (let done = 0; done < total;) {
      const jobs = await boss.fetch(queue, { batchSize: 500 });
      await flood(jobs.length, connections, (i) =>
        http.post('/hook', jobs[i].data.body, { 'webhook-id': jobs[i].id }, 204),
      );
      await boss.complete(
        queue,
        jobs.map(({ id }) => id),
      );
      done += jobs.length;
    }
    return total;
  };
  return {
    run: async () => {
      await receiver.forget();
      return measured(work, { pids: world.postgresPids });
    },
    async stop() {
      await http.close();
      await boss.stop({ graceful: false });
    },
  };
}

/** The same events to the same receiver, one per request and together. */
async function inCompany(world, receiver, { total, rounds, tell }) {
  const deliver = gateway(world, receiver, decisionRecord, total);
  const side = (batch) => async () => {
    const subscription = await subscribe(world, receiver, { type: decisionType, batch });
    try {
      return await deliver();
    } finally {
      await subscription.end();
    }
  };
  const found = await inTurns({ batch: side({ eventsMax: batchMax }), single: side(undefined) }, { rounds, tell });
  return {
    what: `OPEN events, up to ${batchMax} in a request`,
    against: 'the same gateway, one event per request',
    ours: found.batch,
    rival: found.single,
  };
}

export async function run(world, { quick, tell }) {
  const [total, rounds] = quick ? [1_500, 1] : [6_000, 3];
  await world.system.start('delivery-gateway');
  const receiver = await startReceiver();
  const rows = [];
  let queue;
  try {
    const kinds = [
      { what: 'an OPEN event', type: decisionType, record: decisionRecord },
      {
        what: 'an event about a person (audit before and after)',
        type: moveType,
        record: moveRecord,
        protocol: deliveryProtocol(moveType),
      },
    ];
    for (const { what, type, record, protocol: agreed } of kinds) {
      const subscription = await subscribe(world, receiver, { type, protocol: agreed });
      const ours = gateway(world, receiver, record, total);
      await ours();
      const sample = await receiver.ask('/sample');
      queue ??= await rowPerDelivery(world, receiver, sample, total);
      const sides = { ours, bare: bare(receiver, sample, total), ...(rows.length === 0 && { queue: queue.run }) };
      const found = await inTurns(sides, { rounds, warm: 0, tell });
      rows.push({
        what,
        against: `bare undici client, ${connections} connections`,
        ours: found.ours,
        rival: found.bare,
      });
      if (found.queue)
        rows.push({ what, against: 'a row per delivery (pg-boss)', ours: found.ours, rival: found.queue });
      await subscription.end();
    }
    rows.push(await inCompany(world, receiver, { total, rounds, tell }));
    return {
      unit: 'event',
      rows,
      notes: [
        'Target of the design: ≥ 70 % of what the bare client can POST to the same receiver; batches ≥ 5 times single events.',
        `Both sides may have ${connections} connections; ours up to 64 events under way, from the audit line in front to the one behind.`,
      ],
    };
  } finally {
    await queue?.stop();
    receiver.stop();
  }
}
