import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { Kafka as CloudEventsKafka, type CloudEvent } from 'cloudevents';
import { Kafka, logLevel, type KafkaMessage } from 'kafkajs';
import { workspaceRoot } from '@kruispunt/embedded';
import { freshName, serviceUrl } from '@kruispunt/testkit';
import { eventType, oneEvent, type OneEvent } from './one-event.js';
import { pythonIsThere, pythonWithClients } from './python-client.js';

jest.setTimeout(180_000); // the first run installs the Python clients

const run = promisify(execFile);
const brokers = serviceUrl('KAFKA_BROKERS').split(',');
const registryUrl = serviceUrl('SCHEMA_REGISTRY_URL');

let ours: OneEvent;
let read: KafkaMessage;

/** The record at our position as kafkajs gives it: a plain consumer of its own group that seeks there. */
async function readWithKafkajs({ topic, partition, offset }: OneEvent['position']): Promise<KafkaMessage> {
  const consumer = new Kafka({ brokers, clientId: 'outsider', logLevel: logLevel.NOTHING }).consumer({
    groupId: freshName('outsider'),
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic });
    return await new Promise((resolve, reject) => {
      consumer
        .run({
          autoCommit: false,
          eachMessage: ({ partition: from, message }) => {
            if (from === partition && message.offset === String(offset)) resolve(message);
            return Promise.resolve();
          },
        })
        .catch(reject);
      consumer.seek({ topic, partition, offset: String(offset) });
    });
  } finally {
    await consumer.disconnect();
  }
}

const headersOf = (message: KafkaMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]));

/** A payload as Avro libraries without our codec give it: dates are days since 1970, instants are microseconds. */
const bare = ({ envelope: { data } }: OneEvent) => ({
  dossier: data.dossier,
  subjectPseudoniemen: data.subjectPseudoniemen,
  wijziging: data.wijziging,
  aangiftedatum: Date.parse(data.aangiftedatum) / 86_400_000,
  nisOud: data.nisOud,
  nisNieuw: data.nisNieuw,
  tijdstipRegistratie: Date.parse(data.tijdstipRegistratie) * 1_000,
});

beforeAll(async () => {
  ours = await oneEvent();
  read = await readWithKafkajs(ours.position);
});

describe('a reader of other people’s making', () => {
  it('decodes our Avro with @kafkajs/confluent-schema-registry, through the registry', async () => {
    const decoded: unknown = await new SchemaRegistry({ host: registryUrl }).decode(read.value!);
    expect({ ...(decoded as object) }).toMatchObject(bare(ours));
  });

  it('finds the subject’s key and a CloudEvent in the headers', () => {
    expect(String(read.key)).toBe(ours.envelope.data.dossier);
    expect(headersOf(read)).toEqual(ours.record.headers);
    expect(headersOf(read)).toMatchObject({ ce_specversion: '1.0', 'content-type': 'application/avro' });
  });

  it('parses our Kafka form with cloudevents, and sees that half a CloudEvent is none', () => {
    const message = { key: String(read.key), value: read.value!, headers: headersOf(read), body: read.value! };
    const event = CloudEventsKafka.toEvent(message) as CloudEvent<Buffer>;
    const { id, source, type, subject, time, kpgemeentenis } = ours.envelope;
    expect(event).toMatchObject({
      id,
      source,
      type,
      subject,
      time,
      kpgemeentenis,
      datacontenttype: 'application/avro',
    });
    expect(event.validate()).toBe(true);
    expect(Buffer.from(event.data!)).toEqual(Buffer.from(ours.record.value!));
    const { ce_id: _, ...half } = message.headers;
    expect(() => (CloudEventsKafka.toEvent({ ...message, headers: half }) as CloudEvent).validate()).toThrow();
  });

  it('reads key, headers and framed bytes with Kafka’s own console consumer', async () => {
    const { topic, partition, offset } = ours.position;
    const words = ['print.key', 'print.headers', 'print.offset'].flatMap((name) => [
      '--formatter-property',
      `${name}=true`,
    ]);
    const { stdout } = await run(
      'java',
      [
        '-XX:TieredStopAtLevel=1',
        ...['-cp', join(workspaceRoot(), '.kruispunt', 'parts', 'kafka', '*')],
        `-Dlog4j2.configurationFile=${join(workspaceRoot(), 'docker', 'kafka', 'log4j2.yaml')}`,
        'org.apache.kafka.tools.consumer.ConsoleConsumer',
        ...['--bootstrap-server', brokers.join(',')],
        ...['--topic', topic, '--partition', String(partition), '--offset', String(offset)],
        ...['--max-messages', '1', '--timeout-ms', '30000', ...words],
      ],
      { encoding: 'buffer' },
    );
    const headers = Object.entries(ours.record.headers).map(([name, value]) => `${name}:${value}`);
    const line = Buffer.concat([
      Buffer.from(`Offset:${offset}\t${headers.join(',')}\t${ours.record.key}\t`),
      Buffer.from(ours.record.value!),
      Buffer.from('\n'),
    ]);
    expect(stdout.includes(line)).toBe(true);
    expect([
      ...line.subarray(line.indexOf(`\t${ours.record.key}\t`) + ours.record.key.length + 2).subarray(0, 5),
    ]).toEqual([0, ...Buffer.from(ours.schemaId.toString(16).padStart(8, '0'), 'hex')]);
  });

  // Without Python there is nothing to try: the console consumer above reads the same bytes with other code.
  if (pythonIsThere())
    it('decodes our Avro from Python: confluent-kafka, fastavro, and the registry over HTTP', async () => {
      const { topic, partition, offset } = ours.position;
      const words = [
        join(import.meta.dirname, 'read_event.py'),
        brokers.join(','),
        registryUrl,
        topic,
        partition,
        offset,
      ];
      const { stdout } = await run(await pythonWithClients(), words.map(String));
      expect(JSON.parse(stdout)).toMatchObject({
        offset,
        key: ours.record.key,
        headers: ours.record.headers,
        magic: 0,
        schemaId: ours.schemaId,
        record: eventType.record,
        data: {
          ...bare(ours),
          aangiftedatum: ours.envelope.data.aangiftedatum,
          tijdstipRegistratie: ours.envelope.data.tijdstipRegistratie.replace('.123Z', '.123000+00:00'),
        },
        left: 0,
      });
    });
});
