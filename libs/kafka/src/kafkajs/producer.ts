import kafkajs, { type ICustomPartitioner, type Message, type Producer } from 'kafkajs';
import type { LogPosition, LogRecord } from '@kruispunt/event';
import type { DriverOptions, LogProducer } from '../driver.js';
import { orUnavailable } from '../log-unavailable.js';
import { positions } from '../positions.js';
import { kafkajsClient } from './client.js';

/** The client's own (Java's) partitioner, that remembers where it placed each message: answers name partitions, not messages. */
const rememberingPartitioner =
  (placed: WeakMap<Message, number>): ICustomPartitioner =>
  () => {
    const place = kafkajs.Partitioners.DefaultPartitioner();
    return (args) => {
      const partition = args.message.partition ?? place(args);
      placed.set(args.message, partition);
      return partition;
    };
  };

/** Idempotent, acks=all; one request in flight, because this client loses its sequence otherwise. */
export class KafkajsProducer implements LogProducer {
  private readonly client: Producer;
  private readonly placed = new WeakMap<Message, number>();
  private connected: Promise<void> | undefined;

  constructor(options: DriverOptions) {
    this.client = kafkajsClient(options).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: rememberingPartitioner(this.placed),
      retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 6 },
    });
  }

  async send(records: readonly LogRecord[]): Promise<LogPosition[]> {
    if (records.length === 0) return [];
    return orUnavailable('produce', async () => {
      await this.connect();
      const messages = records.map((r) => ({ topic: r.topic, message: message(r) }));
      const topicMessages = [...Map.groupBy(messages, (m) => m.topic)].map(([topic, of]) => ({
        topic,
        messages: of.map((m) => m.message),
      }));
      const answers = await this.client.sendBatch({ acks: -1, topicMessages });
      const bases = answers.map((a) => ({ topic: a.topicName, partition: a.partition, offset: a.baseOffset ?? '-1' }));
      return positions(
        messages.map((m) => ({ topic: m.topic, partition: this.placed.get(m.message)! })),
        bases,
      );
    });
  }

  async close(): Promise<void> {
    await this.client.disconnect();
  }

  private connect(): Promise<void> {
    this.connected ??= this.client.connect().catch((error: unknown) => {
      this.connected = undefined;
      throw error;
    });
    return this.connected;
  }
}

const message = (record: LogRecord): Message => ({
  key: Buffer.from(record.key, 'utf8'),
  value:
    record.value === null ? null : Buffer.from(record.value.buffer, record.value.byteOffset, record.value.byteLength),
  headers: { ...record.headers },
  ...(record.partition === undefined ? {} : { partition: record.partition }),
});
