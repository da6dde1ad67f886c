import { Consumer, type GroupAssignment } from '@platformatic/kafka';
import type { LogPosition } from '@kruispunt/event';
import type { DriverOptions, MemberOptions, TopicPartition } from '../driver.js';
import { logUnavailable } from '../log-unavailable.js';
import { pauseBefore } from '../lane.js';
import { sessionTimeoutDefaultMs } from '../member.js';
import type { Membership, MembershipHooks } from '../membership.js';

const heartbeatsPerSession = 10;
const noUserData = Buffer.alloc(0);

const flat = (assignments: readonly GroupAssignment[] | undefined): TopicPartition[] =>
  (assignments ?? []).flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));

/** Classic protocol (a killed static member keeps its partitions through a restart); heartbeats run by timer in the client. */
export class PlatformaticMembership implements Membership {
  private readonly client: Consumer;
  private readonly leaving = new AbortController();
  private joining: Promise<void> | undefined;

  constructor(
    driver: DriverOptions,
    options: MemberOptions,
    private readonly hooks: MembershipHooks,
  ) {
    const sessionTimeout = options.sessionTimeoutMs ?? sessionTimeoutDefaultMs;
    const rebalanceTimeout = sessionTimeout * 1.5;
    this.client = new Consumer({
      clientId: driver.clientId,
      bootstrapBrokers: [...driver.brokers],
      groupId: options.groupId,
      ...(options.instanceId === undefined ? {} : { groupInstanceId: options.instanceId }),
      sessionTimeout,
      rebalanceTimeout,
      heartbeatInterval: Math.max(200, Math.round(sessionTimeout / heartbeatsPerSession)),
      // A join is answered only when all members have joined.
      requestTimeout: rebalanceTimeout + 5_000,
      retries: 5,
      retryDelay: 200,
      autocommit: false,
      // The client asks for this before each join and waits for it: the one place where a member can lay its work down first.
      protocolsMetadata: async () => {
        await hooks.beforeJoin();
        return noUserData;
      },
    });
    this.client.topics.trackAll(...options.topics);
    this.client.on('consumer:group:join', ({ assignments }) => hooks.onJoined(flat(assignments)));
    // A rejoin that failed for good: the client stops its heartbeats and says only this.
    this.client.on('error', (cause: unknown) => {
      hooks.onTrouble(cause);
      void this.join();
    });
    this.client.on('consumer:heartbeat:error', ({ error }) => hooks.onTrouble(error));
  }

  join(): Promise<void> {
    this.joining ??= this.untilJoined().finally(() => (this.joining = undefined));
    return this.joining;
  }

  async commit(positions: readonly LogPosition[]): Promise<void> {
    if (!this.client.isActive()) throw logUnavailable('commit', new Error('not a member now'));
    const offsets = positions.map((p) => ({
      topic: p.topic,
      partition: p.partition,
      offset: BigInt(p.offset),
      leaderEpoch: -1,
    }));
    await this.client.commit({ offsets });
  }

  async leave(): Promise<void> {
    this.leaving.abort();
    // The broker drops a member that could not say goodbye after its session.
    await Promise.resolve(this.client.leaveGroup(true)).catch(() => undefined);
    await this.client.close(true).catch(() => undefined);
  }

  private async untilJoined(): Promise<void> {
    for (let attempt = 1; !this.leaving.signal.aborted; attempt++) {
      try {
        await this.client.joinGroup({});
        return;
      } catch (cause) {
        this.hooks.onTrouble(cause);
        await pauseBefore(attempt, this.leaving.signal);
      }
    }
  }
}
