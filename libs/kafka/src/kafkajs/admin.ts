// A CommonJS module: Node finds only some of its named exports.
import kafkajs, { type Admin } from 'kafkajs';
import type { TopicSpec } from '@kruispunt/contracts';
import type { DriverOptions, LogAdmin } from '../driver.js';
import { codeOf, logUnavailable, orUnavailable } from '../log-unavailable.js';
import { granting, readerAcl, type Granted } from '../reader-acl.js';
import { topicDifferences, type FoundTopic } from '../topic-differences.js';
import { kafkajsClient } from './client.js';

const byPartition = (a: { readonly partition: number }, b: { readonly partition: number }) => a.partition - b.partition;

export class KafkajsAdmin implements LogAdmin {
  private readonly client: Admin;
  private connected: Promise<void> | undefined;

  constructor(options: DriverOptions) {
    this.client = kafkajsClient(options).admin();
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<readonly string[]> {
    const existing = new Set(await this.listTopics());
    for (const spec of specs) if (!existing.has(spec.name)) await this.create(spec);
    const differences: string[] = [];
    for (const spec of specs) differences.push(...topicDifferences(spec, await this.found(spec.name)));
    return differences;
  }

  listTopics(): Promise<readonly string[]> {
    return this.call('list topics', (client) => client.listTopics());
  }

  async partitionsOf(topic: string): Promise<number> {
    const { topics } = await this.call('metadata', (client) => client.fetchTopicMetadata({ topics: [topic] }));
    return topics[0]!.partitions.length;
  }

  async offsets(topic: string) {
    const found = await this.call('list offsets', (client) => client.fetchTopicOffsets(topic));
    return found.map((o) => ({ partition: o.partition, first: Number(o.low), next: Number(o.high) })).sort(byPartition);
  }

  async offsetAt(topic: string, partition: number, at: number): Promise<number> {
    const found = await this.call('list offsets', (client) => client.fetchTopicOffsetsByTimestamp(topic, at));
    return Number(found.find((o) => o.partition === partition)!.offset);
  }

  async lag(groupId: string, topic: string) {
    const groups = await this.call('list group offsets', (client) => client.fetchOffsets({ groupId, topics: [topic] }));
    const committed = new Map(groups[0]?.partitions.map((p) => [p.partition, Number(p.offset)]));
    return (await this.offsets(topic)).map((o) => ({
      partition: o.partition,
      committed: committed.get(o.partition) ?? -1,
      end: o.next,
    }));
  }

  async deleteTopics(topics: readonly string[]): Promise<void> {
    await this.call('delete topics', (client) => client.deleteTopics({ topics: [...topics] }));
  }

  grantRead(topic: string, principal: string): Promise<Granted> {
    return granting(() => this.call('grant', (client) => client.createAcls({ acl: readerAcl(topic, principal) })));
  }

  async close(): Promise<void> {
    await this.client.disconnect();
  }

  private async create(spec: TopicSpec): Promise<void> {
    const configEntries = [{ name: 'retention.ms', value: String(spec.retentionMs) }];
    const topics = [{ topic: spec.name, numPartitions: spec.partitions, configEntries }];
    try {
      await this.call('create topic', (client) => client.createTopics({ topics, waitForLeaders: true }));
    } catch (error) {
      // Another process of ours starts at the same time.
      if (codeOf(error) !== 'TOPIC_ALREADY_EXISTS') throw logUnavailable('create topic', error);
    }
  }

  private async found(name: string): Promise<FoundTopic> {
    const partitions = await this.partitionsOf(name);
    const { resources } = await this.call('describe topic', (client) =>
      client.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: ['retention.ms'] }],
      }),
    );
    const value = resources[0]?.configEntries.find((entry) => entry.configName === 'retention.ms')?.configValue;
    return { partitions, retentionMs: value === undefined ? undefined : Number(value) };
  }

  private call<T>(during: string, ask: (client: Admin) => Promise<T>): Promise<T> {
    return orUnavailable(during, async () => {
      this.connected ??= this.client.connect().catch((error: unknown) => {
        this.connected = undefined;
        throw error;
      });
      await this.connected;
      return ask(this.client);
    });
  }
}
