import { Admin, kGetApi, kGetConnection, type Broker, type Connection } from '@platformatic/kafka';
import type { DriverOptions, TopicPartition } from '../driver.js';
import type { Edges, Fetched, Fetcher, Patience, Want } from '../fetcher.js';
import { logUnavailable, orUnavailable } from '../log-unavailable.js';
import { fetchOf, type AnsweredPartition, type AnsweredTopic } from './fetch-answer.js';
import { RecordReader } from './record-batches.js';

interface KnownTopic {
  readonly id: string;
  readonly leaders: readonly number[];
}

/** Sessions (KIP-227) would leave unchanged partitions out of the answer; with id 0 and epoch -1 every wish is answered. */
const noSession = [0, -1] as const;
const readUncommitted = 0;
const outOfRange = 1;
const responseBytesMax = 4 << 20;
const recordReader = new RecordReader();

const promised = <T>(call: (done: (error: Error | null, value?: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value as T))));

/** Positioned reading over the raw fetch request: no group, no stream, no session, no hidden retry. */
export class PlatformaticFetcher implements Fetcher {
  private readonly client: Admin;
  private readonly topics = new Map<string, KnownTopic>();
  private ask: ReturnType<typeof fetchOf>;

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

  async fetch(node: number, wants: readonly Want[], { maxWaitMs, minBytes }: Patience): Promise<readonly Fetched[]> {
    return orUnavailable('fetch', async () => {
      const [ask, connection] = [await this.asking(), await this.connection(node)];
      const topics = await this.request(wants);
      const bounds = [maxWaitMs, minBytes, responseBytesMax, readUncommitted] as const;
      return this.read(await ask(connection, ...bounds, ...noSession, topics, [], ''), wants);
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

  private async asking(): Promise<NonNullable<ReturnType<typeof fetchOf>>> {
    if (this.ask) return this.ask;
    const { version } = await promised<{ readonly version: number }>((done) => this.client[kGetApi]('Fetch', done));
    const ask = fetchOf(version);
    if (!ask) throw new Error(`the broker speaks fetch version ${version}; expected 13 to 17 (Kafka 3.1 and later)`);
    return (this.ask = ask);
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

  private async read(answer: readonly AnsweredTopic[], wants: readonly Want[]): Promise<Fetched[]> {
    const names = new Map<string, string>();
    for (const { topic } of wants) names.set((await this.known(topic)).id, topic);
    return answer.flatMap(({ topicId, partitions }) =>
      partitions.flatMap((answered): Fetched[] => {
        const topic = names.get(topicId);
        const want = wants.find((one) => one.topic === topic && one.partition === answered.partition);
        return want ? [fetched(want, answered)] : [];
      }),
    );
  }
}

function fetched(want: Want, { errorCode, records, highWatermark }: AnsweredPartition): Fetched {
  const { topic, partition, offset: from } = want;
  if (errorCode === outOfRange) return { kind: 'out-of-range', partition: { topic, partition } };
  if (errorCode !== 0) return { kind: 'stale', partition: { topic, partition }, code: `error ${errorCode}` };
  return {
    kind: 'batch',
    batch: { topic, partition, from, ...recordReader.read(records, want), highWatermark },
  };
}
