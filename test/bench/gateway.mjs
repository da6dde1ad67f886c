// The publish gateway over HTTP: against a gateway by hand, and as a share of what the log itself takes.
import { flood, measured, pairs } from './measure.mjs';
import { client } from './http.mjs';
import { moveEvent, moveRecord, publisher } from './events.mjs';
import { startScript } from './subscriber.mjs';

export const title = 'The publish gateway over HTTP';
export const about = `The real gateway process: token, strict JSON, schema, territory, append, signed receipt per event, and the event index it fills from
the log at the same time. The rival by hand is Fastify with \`JSON.parse\` and the bare driver: no token, schema, policy, receipt or index. CPU is
that of the gateway's process tree (and of this process where the log is called directly).`;

const perBatch = 1_000;
const [batchConnections, singleConnections] = [4, 64];
const [batchType, singleType] = ['application/cloudevents-batch+json', 'application/cloudevents+json'];

const startRival = async (world) => startScript('gateway-rival.mjs', { BROKERS: world.brokers.join(','), TOPIC: await world.topic('gateway', 6) });

export async function run(world, { quick, tell }) {
  const [batches, singles, rounds] = quick ? [8, 2_000, 2] : [30, 12_000, 4];
  await world.system.start('publish-gateway');
  const rival = await startRival(world);
  const headers = { authorization: `Bearer ${await world.system.issuer.token(publisher)}` };
  const sides = { ours: { url: world.system.url('publish-gateway'), pid: world.system.pid('publish-gateway') }, rival };
  const clients = [];
  const open = (url, connections) => {
    const opened = client(url, { connections, headers });
    clients.push(opened);
    return opened;
  };
  const batchLoad = ({ url, pid }) => {
    const http = open(url, batchConnections);
    return () => {
      const bodies = Array.from({ length: batches }, () => JSON.stringify(Array.from({ length: perBatch }, () => moveEvent())));
      return measured(() => flood(batches, batchConnections, (i) => http.post('/v1/events', bodies[i], { 'content-type': batchType })).then(() => batches * perBatch), { pids: [pid], self: false });
    };
  };
  const singleLoad = ({ url, pid }) => {
    const http = open(url, singleConnections);
    return () => {
      const bodies = Array.from({ length: singles }, () => JSON.stringify(moveEvent()));
      return measured(() => flood(singles, singleConnections, (i) => http.post('/v1/events', bodies[i], { 'content-type': singleType })).then(() => singles), { pids: [pid], self: false });
    };
  };
  const append = (calls, perCall, inFlight) => () => {
    const records = Array.from({ length: calls }, () => Array.from({ length: perCall }, () => moveRecord(world.schemaIds)));
    return measured(() => flood(calls, inFlight, (i) => world.log.append(records[i])).then(() => calls * perCall));
  };
  try {
    const [oursBatch, oursSingle] = [batchLoad(sides.ours), singleLoad(sides.ours)];
    const what = { batch: `\`POST /v1/events\`, batches of ${perBatch}, ${batchConnections} connections`, single: `\`POST /v1/events\`, one event each, ${singleConnections} connections` };
    return {
      unit: 'event',
      rows: [
        { what: what.batch, against: 'a gateway by hand, same requests', ...(await pairs({ rounds, ours: oursBatch, rival: batchLoad(sides.rival), tell })) },
        { what: what.single, against: 'a gateway by hand, same requests', ...(await pairs({ rounds, ours: oursSingle, rival: singleLoad(sides.rival), tell })) },
        { what: what.batch, against: `share of \`KafkaEventLog.append\` of the same events, ${perBatch} per call`, ...(await pairs({ rounds, ours: oursBatch, rival: append(batches, perBatch, batchConnections), tell })) },
        { what: what.single, against: 'share of `KafkaEventLog.append`, one event per call', ...(await pairs({ rounds, ours: oursSingle, rival: append(singles, 1, singleConnections), tell })) },
      ],
    };
  } finally {
    for (const one of clients) await one.close();
    rival.stop();
    await world.system.stopApp('publish-gateway');
  }
}
