// The event log against the driver it stands on, and against Apache Kafka's own producer benchmark.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compatibilityPartitioner, Producer, stringSerializer } from '@platformatic/kafka';
import { workspaceRoot } from '@kruispunt/embedded';
import { cpuOf, flood, inTurns, measured } from './measure.mjs';

const batchOf = 500;
const inFlight = 8;
const singlesInFlight = 500;

/** A pool of records of 1 KiB, each with its own key. */
const pool = (topic, count) =>
  Array.from({ length: count }, (_, i) => ({ topic, key: `k${i}`, value: randomBytes(1024), headers: {} }));

/** The driver as one would use it by hand, with the same promises: idempotent, acks=all, the partitioner of Java. */
const rawProducer = (brokers) =>
  new Producer({
    clientId: 'bench-rival',
    bootstrapBrokers: brokers,
    serializers: {
      key: stringSerializer,
      value: (bytes) => bytes,
      headerKey: stringSerializer,
      headerValue: stringSerializer,
    },
    idempotent: true,
    acks: -1,
    producerId: -1n,
    producerEpoch: -1,
    partitioner: compatibilityPartitioner,
    retryDelay: 100,
  });

/** kafka-producer-perf-test of the embedded Kafka: its own rate, without its first records; CPU of the whole JVM. */
async function javaTool({ brokers, topic, total }) {
  const jars = join(workspaceRoot(), '.kruispunt', 'parts', 'kafka');
  const warm = Math.round(total / 4);
  const properties = [
    'acks=all',
    'enable.idempotence=true',
    'batch.size=524288',
    'linger.ms=2',
    'buffer.memory=67108864',
  ].flatMap((p) => ['--command-property', p]);
  const child = spawn(
    'java',
    [
      '-Xmx512m',
      '-cp',
      readdirSync(jars)
        .filter((f) => f.endsWith('.jar'))
        .map((f) => join(jars, f))
        .join(':'),
      'org.apache.kafka.tools.ProducerPerformance',
      '--bootstrap-server',
      brokers.join(','),
      '--topic',
      topic,
      '--num-records',
      String(total + warm),
      '--warmup-records',
      String(warm),
      '--record-size',
      '1024',
      '--throughput',
      '-1',
      ...properties,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  let cpuUs = 0;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const watch = setInterval(() => (cpuUs = Math.max(cpuUs, cpuOf([child.pid]))), 20);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  const rates = [...said.matchAll(/records sent, ([\d.]+) records\/sec/g)];
  if (code !== 0 || rates.length === 0)
    throw new Error(`kafka-producer-perf-test ended with ${code}: ${said.slice(-500)}`);
  // The last line is its verdict over everything after the warm-up.
  return { events: total, seconds: total / Number(rates.at(-1)[1]), cpuUs: (cpuUs * total) / (total + warm) };
}

export const title = 'The event log';
export const about = `What \`KafkaEventLog\` (batching, order per key, deadlines) costs on top of the driver it stands on, and how that compares with
Apache Kafka's own producer benchmark. Topics of 4 partitions, one producer process, every record acknowledged by all in-sync replicas.`;

export async function run(world, { quick, tell }) {
  const [batches, singles, rounds] = quick ? [100, 10_000, 2] : [400, 40_000, 5];
  const [oursTopic, rivalTopic] = [await world.topic('ours'), await world.topic('rival')];
  const [records, messages] = [pool(oursTopic, 20 * batchOf), pool(rivalTopic, 20 * batchOf)];
  const slice = (all, i) => all.slice((i % 20) * batchOf, (i % 20) * batchOf + batchOf);
  const raw = rawProducer(world.brokers);
  const ours = () =>
    measured(() => flood(batches, inFlight, (i) => world.log.append(slice(records, i))).then(() => batches * batchOf));
  const bare = () =>
    measured(() =>
      flood(batches, inFlight, (i) => raw.send({ messages: slice(messages, i) })).then(() => batches * batchOf),
    );
  const oneByOne = () =>
    measured(() =>
      flood(singles, singlesInFlight, (i) => world.log.append([records[i % records.length]])).then(() => singles),
    );
  const bareOneByOne = () =>
    measured(() =>
      flood(singles, singlesInFlight, (i) => raw.send({ messages: [messages[i % messages.length]] })).then(
        () => singles,
      ),
    );
  const java = () => javaTool({ brokers: world.brokers, topic: rivalTopic, total: batches * batchOf * 3 });

  const batched = await inTurns({ ours, bare, java }, { rounds, tell });
  const single = await inTurns({ ours: oneByOne, bare: bareOneByOne }, { rounds, tell });
  await raw.close();
  const what = `\`KafkaEventLog.append\`, ${batchOf} × 1 KiB per call, ${inFlight} calls under way`;
  return {
    unit: 'event',
    rows: [
      {
        what,
        against: 'the bare driver (@platformatic/kafka), same batches, same settings',
        ours: batched.ours,
        rival: batched.bare,
      },
      {
        what,
        against:
          'kafka-producer-perf-test (Java; acks=all, batch 512 KiB, linger 2 ms, no keys), rate after its warm-up, CPU of the whole JVM with its start',
        ours: batched.ours,
        rival: batched.java,
      },
      {
        what: `\`KafkaEventLog.append\`, one event per call, ${singlesInFlight} calls under way`,
        against: 'the bare driver, one message per send, as many under way',
        ours: single.ours,
        rival: single.bare,
      },
    ],
  };
}
