import kafkajs, { type Cluster, type Consumer } from 'kafkajs';
import type { LogPosition } from '@kruispunt/event';
import type { DriverOptions, MemberOptions, TopicPartition } from '../driver.js';
import { pauseBefore } from '../lane.js';
import { sessionTimeoutDefaultMs } from '../member.js';
import type { Membership, MembershipHooks } from '../membership.js';
import { kafkajsClient } from './client.js';

const heartbeatsPerSession = 10;
/** With every partition paused the client's own loop only sleeps this long and beats. */
const beatEveryMs = 200;

/**
 * Membership with kafkajs: its consumer runs with every partition paused, so that it does nothing but heartbeats and rebalances. No
 * static membership: this client has none.
 */
export class KafkajsMembership implements Membership {
  private consumer: Consumer | undefined;
  private readonly leaving = new AbortController();
  private joining: Promise<void> | undefined;

  constructor(
    private readonly driver: DriverOptions,
    private readonly options: MemberOptions,
    private readonly hooks: MembershipHooks,
  ) {}

  join(): Promise<void> {
    this.joining ??= this.untilJoined().finally(() => (this.joining = undefined));
    return this.joining;
  }

  async commit(positions: readonly LogPosition[]): Promise<void> {
    const offsets = positions.map((p) => ({ topic: p.topic, partition: p.partition, offset: String(p.offset) }));
    await this.consumer?.commitOffsets(offsets);
  }

  async leave(): Promise<void> {
    this.leaving.abort();
    await this.consumer?.disconnect().catch(() => undefined);
  }

  private async untilJoined(): Promise<void> {
    for (let attempt = 1; !this.leaving.signal.aborted; attempt++) {
      try {
        return await this.joinOnce();
      } catch (cause) {
        this.hooks.onTrouble(cause);
        await pauseBefore(attempt, this.leaving.signal);
      }
    }
  }

  private async joinOnce(): Promise<void> {
    const consumer = this.newConsumer();
    const joined = Promise.withResolvers<void>();
    joined.promise.catch(() => undefined);
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      const assignment = Object.entries(payload.memberAssignment);
      consumer.pause(assignment.map(([topic, partitions]) => ({ topic, partitions })));
      this.hooks.onJoined(
        assignment.flatMap(([topic, partitions]) =>
          partitions.map((partition): TopicPartition => ({ topic, partition })),
        ),
      );
      joined.resolve();
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => this.onCrash(consumer, payload.error, joined.reject));
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...this.options.topics] });
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => undefined });
      await joined.promise;
      this.consumer = consumer;
    } catch (cause) {
      await consumer.disconnect().catch(() => undefined);
      throw cause;
    }
  }

  /** A crashed client is thrown away: a new one joins. */
  private onCrash(consumer: Consumer, cause: unknown, reject: (cause: unknown) => void): void {
    reject(cause);
    if (this.consumer !== consumer || this.leaving.signal.aborted) return;
    this.consumer = undefined;
    this.hooks.onTrouble(cause);
    void this.join();
  }

  private newConsumer(): Consumer {
    const sessionTimeout = this.options.sessionTimeoutMs ?? sessionTimeoutDefaultMs;
    return kafkajsClient(this.driver).consumer({
      groupId: this.options.groupId,
      sessionTimeout,
      rebalanceTimeout: sessionTimeout * 1.5,
      heartbeatInterval: Math.max(beatEveryMs, Math.round(sessionTimeout / heartbeatsPerSession)),
      maxWaitTimeInMs: beatEveryMs,
      allowAutoTopicCreation: false,
      partitionAssigners: [
        (given) => {
          this.holdJoin(given.cluster);
          return kafkajs.PartitionAssigners.roundRobin(given);
        },
      ],
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8, restartOnFailure: async () => false },
    });
  }

  /** The client finds its coordinator before each join and never asks us: the one place where a join can be held until work is laid down. */
  private holdJoin(cluster: Cluster): void {
    const find = cluster.findGroupCoordinator.bind(cluster);
    cluster.findGroupCoordinator = async (group) => {
      await this.hooks.beforeJoin();
      return find(group);
    };
  }
}
