import type { Cluster, Consumer } from 'kafkajs';
import type { DriverOptions, LogBatch, LogEntry, TopicPartition } from '../driver.js';
import type { Edges, Fetched, Fetcher, Patience, Want } from '../fetcher.js';
import { codeOf, logUnavailable, orUnavailable } from '../log-unavailable.js';
import { setHeader } from '../text-headers.js';
import { kafkajsClient, keepCluster } from './client.js';

const readUncommitted = 0;
const responseBytesMax = 4 << 20;
const staleCodes = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'REPLICA_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
]);

interface AnsweredMessage {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | Buffer[] | string | undefined>>;
  readonly isControlRecord?: boolean;
  readonly batchContext?: { readonly firstOffset: string; readonly lastOffsetDelta: number };
}
interface AnsweredPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly messages: readonly AnsweredMessage[];
}
interface Answer {
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly AnsweredPartition[] }[];
}

/** Positioned reading with kafkajs, over the cluster of a consumer that never joins its group. */
export class KafkajsFetcher implements Fetcher {
  private readonly consumer: Consumer;
  private cluster!: Cluster;
  private readonly tracked = new Set<string>();
  private connected: Promise<void> | undefined;
  private isStale = false;

  constructor(options: DriverOptions, requestTimeoutMs: number) {
    this.consumer = kafkajsClient(options, requestTimeoutMs).consumer({
      groupId: `${options.clientId}-reads-by-position`,
      partitionAssigners: [keepCluster((cluster) => (this.cluster = cluster))],
    });
  }

  async leaderOf({ topic, partition }: TopicPartition): Promise<number> {
    return orUnavailable('find leader', async () => {
      await this.learn(topic);
      const [leader] = Object.keys(this.cluster.findLeaderForPartitions(topic, [partition]));
      if (leader === undefined || Number(leader) < 0) {
        this.forget();
        throw Object.assign(new Error(`no leader for ${topic}/${partition}`), { code: 'LEADER_NOT_AVAILABLE' });
      }
      return Number(leader);
    });
  }

  forget(): void {
    this.isStale = true;
  }

  async fetch(node: number, wants: readonly Want[], patience: Patience): Promise<readonly Fetched[]> {
    try {
      return await this.ask(node, wants, patience);
    } catch (error) {
      const code = codeOf(error) ?? '';
      const isAnswer = code === 'OFFSET_OUT_OF_RANGE' || staleCodes.has(code);
      if (!isAnswer) throw this.lost(error);
      if (wants.length === 1) return [refused(wants[0]!, code)];
    }
    // The client tells an error code but not whose: ask one by one, without waiting.
    const answers: Fetched[] = [];
    for (const want of wants) answers.push(...(await this.fetch(node, [want], { maxWaitMs: 0, minBytes: 1 })));
    return answers;
  }

  async edges({ topic, partition }: TopicPartition): Promise<Edges> {
    const at = async (fromBeginning: boolean) => {
      const [found] = await this.cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning }]);
      return Number(found!.partitions[0]!.offset);
    };
    return orUnavailable('list offsets', async () => {
      await this.learn(topic);
      return { first: await at(true), next: await at(false) };
    });
  }

  async close(): Promise<void> {
    await this.consumer.disconnect();
  }

  private async ask(
    node: number,
    wants: readonly Want[],
    { maxWaitMs: maxWaitTime, minBytes }: Patience,
  ): Promise<Fetched[]> {
    const broker = await this.cluster.findBroker({ nodeId: String(node) });
    const topics = [...Map.groupBy(wants, (want) => want.topic)].map(([topic, ofTopic]) => ({
      topic,
      partitions: ofTopic.map((w) => ({ partition: w.partition, fetchOffset: String(w.offset), maxBytes: w.maxBytes })),
    }));
    const request = { isolationLevel: readUncommitted, maxWaitTime, minBytes, maxBytes: responseBytesMax, topics };
    const { responses } = (await broker.fetch(request)) as Answer;
    return responses.flatMap(({ topicName, partitions }) =>
      partitions.flatMap((answered): Fetched[] => {
        const want = wants.find((one) => one.topic === topicName && one.partition === answered.partition);
        return want ? [{ kind: 'batch', batch: logBatch(want, answered) }] : [];
      }),
    );
  }

  private async learn(topic: string): Promise<void> {
    this.connected ??= this.consumer.connect().catch((error: unknown) => {
      this.connected = undefined;
      throw error;
    });
    await this.connected;
    if (!this.tracked.has(topic)) {
      await this.cluster.addTargetTopic(topic);
      this.tracked.add(topic);
    }
    if (this.isStale) {
      await this.cluster.refreshMetadata();
      this.isStale = false;
    }
  }

  /** A broken connection stays in the client's pool until it is taken out. */
  private lost(error: unknown) {
    const { host, port } = error as { host?: string; port?: number };
    if (host !== undefined && port !== undefined) this.cluster.removeBroker({ host, port });
    this.forget();
    return logUnavailable('fetch', error);
  }
}

const refused = ({ topic, partition }: Want, code: string): Fetched =>
  code === 'OFFSET_OUT_OF_RANGE'
    ? { kind: 'out-of-range', partition: { topic, partition } }
    : { kind: 'stale', partition: { topic, partition }, code };

function logBatch(want: Want, answered: AnsweredPartition): LogBatch {
  const entries: LogEntry[] = [];
  const { to = Infinity } = want;
  let next = want.offset;
  for (const message of answered.messages) {
    const offset = Number(message.offset);
    const context = message.batchContext;
    next = Math.max(next, offset + 1, context ? Number(context.firstOffset) + context.lastOffsetDelta + 1 : 0);
    if (offset < want.offset || offset >= to || message.isControlRecord === true) continue;
    const entry = logEntry(want, message, offset);
    if (want.only === undefined || want.only.values.has(entry.headers[want.only.header] ?? '')) entries.push(entry);
  }
  return {
    topic: want.topic,
    partition: want.partition,
    from: want.offset,
    entries,
    next: Math.min(next, Math.max(to, want.offset)),
    highWatermark: Number(answered.highWatermark),
  };
}

const logEntry = ({ topic, partition }: Want, message: AnsweredMessage, offset: number): LogEntry => ({
  topic,
  partition,
  offset,
  key: message.key,
  value: message.value,
  headers: textHeaders(message.headers ?? {}),
  timestamp: Number(message.timestamp),
});

function textHeaders(given: Readonly<Record<string, Buffer | Buffer[] | string | undefined>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of Object.keys(given)) {
    const value = given[name];
    setHeader(headers, name, (Array.isArray(value) ? value.at(-1) : value)?.toString('utf8') ?? '');
  }
  return headers;
}
