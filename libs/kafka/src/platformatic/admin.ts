import { Admin, ConfigResourceTypes } from '@platformatic/kafka';
import type { TopicSpec } from '@kruispunt/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DriverOptions, LogAdmin } from '../driver.js';
import { codeOf, logUnavailable, orUnavailable } from '../log-unavailable.js';
import { granting, readerAcl, type Granted } from '../reader-acl.js';
import { topicDifferences, type FoundTopic } from '../topic-differences.js';

const oldest = -2n;
const end = -1n;
/** A topic exists before its leaders do. */
const leaderWaitMs = 100;
const leaderTriesMax = 50;

export class PlatformaticAdmin implements LogAdmin {
  private readonly client: Admin;

  constructor(options: DriverOptions) {
    this.client = new Admin({
      clientId: options.clientId,
      bootstrapBrokers: [...options.brokers],
      retries: 10,
      retryDelay: 200,
      metadataMaxAge: 1_000,
    });
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<readonly string[]> {
    const existing = new Set(await this.listTopics());
    const missing = specs.filter((spec) => !existing.has(spec.name));
    for (const spec of missing) await this.create(spec);
    for (const spec of missing) await this.untilLed(spec);
    const differences: string[] = [];
    for (const spec of specs) differences.push(...topicDifferences(spec, await this.found(spec.name)));
    return differences;
  }

  listTopics(): Promise<readonly string[]> {
    return orUnavailable('list topics', () => this.client.listTopics({ includeInternals: false }));
  }

  async partitionsOf(topic: string): Promise<number> {
    return (await this.topic(topic)).partitionsCount;
  }

  async offsets(topic: string) {
    const partitions = await this.partitionsOf(topic);
    const [firsts, nexts] = [await this.all(topic, partitions, oldest), await this.all(topic, partitions, end)];
    return firsts.map((first, partition) => ({ partition, first, next: nexts[partition]! }));
  }

  async offsetAt(topic: string, partition: number, at: number): Promise<number> {
    const [found] = await this.listOffsets(topic, [partition], BigInt(at));
    if (found !== undefined && found >= 0) return found;
    return (await this.listOffsets(topic, [partition], end))[0]!;
  }

  async lag(groupId: string, topic: string) {
    const partitionIndexes = [...Array(await this.partitionsOf(topic)).keys()];
    const groups = await orUnavailable('list group offsets', () =>
      this.client.listConsumerGroupOffsets({ groups: [{ groupId, topics: [{ name: topic, partitionIndexes }] }] }),
    );
    const committed = new Map(
      groups[0]?.topics[0]?.partitions.map((p) => [p.partitionIndex, Number(p.committedOffset)]),
    );
    const ends = await this.listOffsets(topic, partitionIndexes, end);
    return partitionIndexes.map((partition) => ({
      partition,
      committed: committed.get(partition) ?? -1,
      end: ends[partition]!,
    }));
  }

  async deleteTopics(topics: readonly string[]): Promise<void> {
    await orUnavailable('delete topics', () => this.client.deleteTopics({ topics: [...topics] }));
  }

  grantRead(topic: string, principal: string): Promise<Granted> {
    return orUnavailable('grant', () =>
      granting(() => this.client.createAcls({ creations: readerAcl(topic, principal) })),
    );
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  private async create(spec: TopicSpec): Promise<void> {
    const configs = [{ name: 'retention.ms', value: String(spec.retentionMs) }];
    try {
      await this.client.createTopics({ topics: [spec.name], partitions: spec.partitions, configs });
    } catch (error) {
      // Another process of ours starts at the same time.
      if (codeOf(error) !== 'TOPIC_ALREADY_EXISTS') throw logUnavailable('create topic', error);
    }
  }

  private async untilLed({ name, partitions }: TopicSpec): Promise<void> {
    for (let attempt = 0; attempt < leaderTriesMax; attempt++) {
      const found = await this.topic(name).catch(() => undefined);
      if (found && found.partitions.length >= partitions && found.partitions.every((p) => p.leader >= 0)) return;
      await sleep(leaderWaitMs);
    }
    throw logUnavailable('create topic', new Error(`${name} has no leaders`));
  }

  private async topic(name: string) {
    const metadata = await orUnavailable('metadata', () => this.client.metadata({ topics: [name], forceUpdate: true }));
    return metadata.topics.get(name)!;
  }

  private async found(name: string): Promise<FoundTopic> {
    const partitions = await this.partitionsOf(name);
    const [described] = await orUnavailable('describe topic', () =>
      this.client.describeConfigs({
        resources: [
          { resourceType: ConfigResourceTypes.TOPIC, resourceName: name, configurationKeys: ['retention.ms'] },
        ],
      }),
    );
    const value = described?.configs.find((c) => c.name === 'retention.ms')?.value;
    return { partitions, retentionMs: value === undefined || value === null ? undefined : Number(value) };
  }

  private all(topic: string, partitions: number, timestamp: bigint): Promise<number[]> {
    return this.listOffsets(topic, [...Array(partitions).keys()], timestamp);
  }

  private async listOffsets(topic: string, partitions: readonly number[], timestamp: bigint): Promise<number[]> {
    const [answer] = await orUnavailable('list offsets', () =>
      this.client.listOffsets({
        topics: [{ name: topic, partitions: partitions.map((partitionIndex) => ({ partitionIndex, timestamp })) }],
      }),
    );
    const found = new Map(answer!.partitions.map((p) => [p.partitionIndex, Number(p.offset)]));
    return partitions.map((partition) => found.get(partition)!);
  }
}
