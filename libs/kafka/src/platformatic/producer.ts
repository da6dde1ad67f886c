import { compatibilityPartitioner, Producer, stringSerializer } from '@platformatic/kafka';
import type { LogPosition, LogRecord } from '@kruispunt/event';
import type { DriverOptions, LogProducer } from '../driver.js';
import { orUnavailable } from '../log-unavailable.js';
import { partitionOfKey } from '../partition-of-key.js';
import { positions } from '../positions.js';

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
/** Header names repeat in every record: each is encoded once. A name that is made up by a stranger must not fill the memory. */
const namesMax = 256;
const encodedNames = new Map<string, Buffer>();
function encodedName(name?: string): Buffer | undefined {
  if (name === undefined) return undefined;
  const known = encodedNames.get(name);
  if (known) return known;
  const bytes = Buffer.from(name, 'utf8');
  if (encodedNames.size < namesMax) encodedNames.set(name, bytes);
  return bytes;
}

const bytesAsTheyAre = (data?: Buffer): Buffer | undefined => data;

/** Idempotent, acks=all, no transaction. About 1 s of retries, then `log-unavailable`. */
export class PlatformaticProducer implements LogProducer {
  private readonly client: Producer<Buffer, Buffer, string, string>;

  constructor(options: DriverOptions) {
    this.client = new Producer({
      clientId: options.clientId,
      bootstrapBrokers: [...options.brokers],
      serializers: {
        key: bytesAsTheyAre,
        value: bytesAsTheyAre,
        headerKey: encodedName,
        headerValue: stringSerializer,
      },
      idempotent: true,
      acks: -1,
      // Without these two every start would introduce itself as producer 0/0.
      producerId: -1n,
      producerEpoch: -1,
      // The client's own default places a key elsewhere than Java does.
      partitioner: compatibilityPartitioner,
      retries: 10,
      retryDelay: 100,
      timeout: 5_000,
      connectTimeout: 2_000,
      requestTimeout: 10_000,
    });
  }

  async send(records: readonly LogRecord[]): Promise<LogPosition[]> {
    if (records.length === 0) return [];
    return orUnavailable('produce', async () => {
      const counts = await this.partitionCounts(records);
      const placed = records.map((r) => ({
        ...r,
        partition: r.partition ?? partitionOfKey(r.key, counts.get(r.topic)!),
      }));
      const { offsets = [] } = await this.client.send({
        messages: placed.map((r) => ({
          topic: r.topic,
          partition: r.partition,
          key: Buffer.from(r.key, 'utf8'),
          // A tombstone is a null on the wire; the client's type knows no null.
          value: r.value === null ? (null as unknown as Buffer) : asBuffer(r.value),
          headers: r.headers,
        })),
      });
      return positions(placed, offsets);
    });
  }

  async close(): Promise<void> {
    await orUnavailable('close', () => this.client.close());
  }

  private async partitionCounts(records: readonly LogRecord[]): Promise<Map<string, number>> {
    const topics = [...new Set(records.map((r) => r.topic))];
    const metadata = await this.client.metadata({ topics });
    return new Map(topics.map((topic) => [topic, metadata.topics.get(topic)!.partitionsCount]));
  }
}
