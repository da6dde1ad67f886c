import {
  Admin,
  kGetApi,
  kGetConnection,
  type Broker,
  type Connection,
  type fetchV17,
  type RecordsBatch,
} from '@platformatic/kafka';
import type { DriverOptions, LogBatch, LogEntry, TopicPartition } from '../driver.js';
import type { Edges, Fetched, Fetcher, Want } from '../fetcher.js';
import { logUnavailable, orUnavailable } from '../log-unavailable.js';
import { HeaderReader } from '../text-headers.js';

type FetchApi = typeof fetchV17.api;
type FetchResponse = Awaited<ReturnType<FetchApi['async']>>;
type AnsweredPartition = FetchResponse['responses'][number]['partitions'][number];

interface KnownTopic {
  readonly id: string;
  readonly leaders: readonly number[];
}

/** Sessions (KIP-227) would leave unchanged partitions out of the answer; with id 0 and epoch -1 every wish is answered. */
const noSession = [0, -1] as const;
const readUncommitted = 0;
const controlBatch = 0x20;
const logAppendTime = 0x08;
const outOfRange = 1;
/** Topics have ids in the fetch protocol since version 13 (Kafka 3.1). */
const fetchVersionMin = 13;
const responseBytesMax = 4 << 20;
const headerReader = new HeaderReader();

const promised = <T>(call: (done: (error: Error | null, value?: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value as T))));

/** Positioned reading over the raw fetch request: no group, no stream, no session, no hidden retry. */
export class PlatformaticFetcher implements Fetcher {
  private readonly client: Admin;
  private readonly topics = new Map<string, KnownTopic>();
  private api: FetchApi | undefined;

  constructor(options: DriverOptions, requestTimeoutMs: number) {
    this.client = new Admin({
      clientId: options.clientId,
      bootstrapBrokers: [...options.brokers],
      retries: 1,
      retryDelay: 100,
      requestTimeout: requestTimeoutMs,
      metadataMaxAge: 30_000,
    });
  }

  async leaderOf({ topic, partition }: TopicPartition): Promise<number> {
    const leader = (await this.known(topic)).leaders[partition];
    if (leader === undefined || leader < 0) {
      this.forget();
      throw logUnavailable(
        'find leader',
        Object.assign(new Error(`no leader for ${topic}/${partition}`), { code: 'LEADER_NOT_AVAILABLE' }),
      );
    }
    return leader;
  }

  forget(): void {
    this.topics.clear();
    this.client.clearMetadata();
  }

  async fetch(node: number, wants: readonly Want[], maxWaitMs: number): Promise<readonly Fetched[]> {
    return orUnavailable('fetch', async () => {
      const [api, connection] = [await this.fetchApi(), await this.connection(node)];
      const topics = await this.request(wants);
      const ask = api.async(connection, maxWaitMs, 1, responseBytesMax, readUncommitted, ...noSession, topics, [], '');
      return this.read(await ask.catch(answerInside), wants);
    });
  }

  async edges({ topic, partition }: TopicPartition): Promise<Edges> {
    const at = async (timestamp: bigint) => {
      const [answer] = await this.client.listOffsets({
        topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }],
      });
      return Number(answer!.partitions[0]!.offset);
    };
    return orUnavailable('list offsets', async () => ({ first: await at(-2n), next: await at(-1n) }));
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  private async known(topic: string): Promise<KnownTopic> {
    const known = this.topics.get(topic);
    if (known) return known;
    const metadata = await orUnavailable('metadata', () => this.client.metadata({ topics: [topic] }));
    const { id, partitions } = metadata.topics.get(topic)!;
    const learnt = { id, leaders: partitions.map((p) => p.leader) };
    this.topics.set(topic, learnt);
    return learnt;
  }

  private async fetchApi(): Promise<FetchApi> {
    this.api ??= await promised<FetchApi>((done) =>
      this.client[kGetApi]('Fetch', done as Parameters<(typeof this.client)[typeof kGetApi]>[1]),
    );
    if (this.api.version < fetchVersionMin)
      throw new Error(`the broker is older than Kafka 3.1 (fetch version ${this.api.version})`);
    return this.api;
  }

  private async connection(node: number): Promise<Connection> {
    const brokers = this.client.currentMetadata?.brokers ?? (await this.client.metadata({ topics: [] })).brokers;
    return promised((done) => this.client[kGetConnection](brokers.get(node) as Broker, done));
  }

  private async request(wants: readonly Want[]) {
    const byTopic = Map.groupBy(wants, (want) => want.topic);
    return Promise.all(
      [...byTopic].map(async ([topic, ofTopic]) => ({
        topicId: (await this.known(topic)).id,
        partitions: ofTopic.map((want) => ({
          partition: want.partition,
          fetchOffset: BigInt(want.offset),
          partitionMaxBytes: want.maxBytes,
          currentLeaderEpoch: -1,
          lastFetchedEpoch: -1,
        })),
      })),
    );
  }

  private async read(response: FetchResponse, wants: readonly Want[]): Promise<Fetched[]> {
    const names = new Map<string, string>();
    for (const { topic } of wants) names.set((await this.known(topic)).id, topic);
    return response.responses.flatMap(({ topicId, partitions }) =>
      partitions.flatMap((answered): Fetched[] => {
        const topic = names.get(topicId);
        const want = wants.find((one) => one.topic === topic && one.partition === answered.partitionIndex);
        return want ? [fetched(want, answered)] : [];
      }),
    );
  }
}

/** The client throws when any partition has an error code; the answers of the others are inside. */
function answerInside(error: unknown): FetchResponse {
  const response = (error as { response?: FetchResponse }).response;
  if (response && Array.isArray(response.responses) && response.errorCode === 0) return response;
  throw error;
}

function fetched(want: Want, answered: AnsweredPartition): Fetched {
  const { topic, partition } = want;
  if (answered.errorCode === outOfRange) return { kind: 'out-of-range', partition: { topic, partition } };
  if (answered.errorCode !== 0)
    return { kind: 'stale', partition: { topic, partition }, code: `error ${answered.errorCode}` };
  return { kind: 'batch', batch: logBatch(want, answered.records ?? [], Number(answered.highWatermark)) };
}

function logBatch(want: Want, batches: readonly RecordsBatch[], highWatermark: number): LogBatch {
  const entries: LogEntry[] = [];
  let next = want.offset;
  for (const batch of batches) {
    const first = Number(batch.firstOffset);
    if ((batch.attributes & controlBatch) === 0) appendEntries(entries, want, batch, first);
    next = Math.max(next, first + batch.lastOffsetDelta + 1);
  }
  return { topic: want.topic, partition: want.partition, from: want.offset, entries, next, highWatermark };
}

/** The first batch may begin before the wanted offset: a fetch answers whole batches. */
function appendEntries(entries: LogEntry[], want: Want, batch: RecordsBatch, first: number): void {
  const firstTimestamp = Number(batch.firstTimestamp);
  const appendedAt = batch.attributes & logAppendTime ? Number(batch.maxTimestamp) : undefined;
  for (const record of batch.records) {
    const offset = first + record.offsetDelta;
    if (offset < want.offset) continue;
    entries.push({
      topic: want.topic,
      partition: want.partition,
      offset,
      key: record.key ?? null,
      value: record.value ?? null,
      headers: headerReader.read(record.headers),
      timestamp: appendedAt ?? firstTimestamp + Number(record.timestampDelta),
    });
  }
}
