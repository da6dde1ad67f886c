// The publish gateway over HTTP: against a gateway by hand, and as a share of what the log itself takes.
import { flood, inTurns, measured, untilIdle } from './measure.mjs';
import { client } from './http.mjs';
import { moveEvent, moveRecord, publisher } from './events.mjs';
import { startScript } from './subscriber.mjs';

export const title = 'The publish gateway over HTTP';
export const about = `The real gateway process: token, strict JSON, schema, territory, append, signed receipt per event, and the event index it fills from
the log at the same time. The rival by hand is Fastify with \`JSON.parse\` and the bare driver: no token, schema, policy, receipt or index. CPU is
that of the gateway's process tree (and of this process where the log is called directly).`;

const [batchType, singleType] = ['application/cloudevents-batch+json', 'application/cloudevents+json'];

/** Posts `total` events, `perBody` in each request, and counts the CPU of the process behind `url` until it has no work left. */
function load({ url, pid, headers }, { total, perBody, connections }) {
  return async () => {
    const http = client(url, { connections, headers });
    const contentType = perBody > 1 ? batchType : singleType;
    const bodies = Array.from({ length: total / perBody }, () =>
      JSON.stringify(perBody > 1 ? Array.from({ length: perBody }, () => moveEvent()) : moveEvent()),
    );
    const work = () =>
      flood(bodies.length, connections, (i) =>
        http.post('/v1/events', bodies[i], { 'content-type': contentType }),
      ).then(() => total);
    const run = await measured(work, { pids: [pid], self: false, after: () => untilIdle([pid]) });
    await http.close();
    return run;
  };
}

/** The same events, as many per call and as many calls under way, straight into the log; on a topic that no index reads. */
function append({ log, schemaIds }, topic, { total, perBody, connections }) {
  return () => {
    const calls = Array.from({ length: total / perBody }, () =>
      Array.from({ length: perBody }, () => ({ ...moveRecord(schemaIds), topic })),
    );
    return measured(() => flood(calls.length, connections, (i) => log.append(calls[i])).then(() => total));
  };
}

export async function run(world, { quick, tell }) {
  const rounds = quick ? 1 : 3;
  const shapes = [
    {
      total: quick ? 5_000 : 20_000,
      perBody: 1_000,
      connections: 4,
      what: '`POST /v1/events`, batches of 1 000, 4 connections',
    },
    {
      total: quick ? 1_000 : 8_000,
      perBody: 1,
      connections: 64,
      what: '`POST /v1/events`, one event each, 64 connections',
    },
  ];
  await world.system.start('publish-gateway');
  const topic = await world.topic('gateway', 6);
  const rival = await startScript('gateway-rival.mjs', { BROKERS: world.brokers.join(','), TOPIC: topic });
  const headers = { authorization: `Bearer ${await world.system.issuer.token(publisher)}` };
  const gateway = { url: world.system.url('publish-gateway'), pid: world.system.pid('publish-gateway'), headers };
  try {
    const rows = [];
    for (const shape of shapes) {
      const sides = {
        ours: load(gateway, shape),
        'by hand': load({ ...rival, headers }, shape),
        log: append(world, topic, shape),
      };
      const found = await inTurns(sides, { rounds, tell });
      rows.push(
        { what: shape.what, against: 'a gateway by hand, same requests', ours: found.ours, rival: found['by hand'] },
        {
          what: shape.what,
          against:
            '`KafkaEventLog.append` of the same events, as many per call: what share of the log the way in leaves',
          ours: found.ours,
          rival: found.log,
        },
      );
    }
    return { unit: 'event', rows };
  } finally {
    rival.stop();
  }
}
