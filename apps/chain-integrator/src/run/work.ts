import { hostname } from 'node:os';
import type { Timers } from '@kruispunt/clock';
import {
  runPartitions,
  type KafkaDriver,
  type LogBatch,
  type PartitionRun,
  type RunnerTrouble,
} from '@kruispunt/kafka';
import type { Claim, PartitionStore } from '@kruispunt/postgres';
import { asProblem } from '@kruispunt/problem';
import { attr, type Log } from '@kruispunt/telemetry';
import { intakeConsumer, type Intake } from '../intake/intake.js';
import { ketenIn } from './keten-in.js';
import { chainConsumer, type Run } from './run.js';
import type { Sealer } from '../evidence/sealer.js';
import type { Orders } from './orders.js';
import type { Terms } from './terms.js';

export interface WorkParts {
  readonly driver: KafkaDriver;
  readonly store: PartitionStore;
  readonly intake: Intake;
  readonly intakeTopics: readonly string[];
  readonly run: Run;
  readonly terms: Terms;
  readonly orders: Orders;
  readonly sealer: Sealer;
  readonly timers: Timers;
  readonly log: Log;
  readonly groupPrefix: string;
  /** Names this process in the group across restarts, so that one that was killed gets its partitions back without waiting. */
  readonly instanceId: string | undefined;
  readonly tickMs: number;
  readonly stopping: AbortSignal;
  /** Before each look at the terms: in the proving ground the clock may have been moved by another process. */
  readonly beforeTick: () => Promise<void>;
}

/** Both consumers and the legal clock, for as long as the process lives: joined → running → closed. */
export class Work {
  private runs: readonly PartitionRun<Claim>[] = [];
  private readonly positions = new Map<number, { readonly epoch: number; readonly position: number }>();
  private ticking: Promise<void> = Promise.resolve();

  constructor(private readonly parts: WorkParts) {}

  async start(): Promise<this> {
    const { driver, store, intake, intakeTopics, groupPrefix, instanceId, stopping, timers, tickMs } = this.parts;
    const owner = `${hostname()}:${process.pid}`;
    const onTrouble = (trouble: RunnerTrouble) => this.tell(trouble);
    const [router, engine] = await Promise.all([
      runPartitions<Claim>({
        driver,
        store,
        owner,
        instanceId,
        onTrouble,
        consumer: intakeConsumer,
        groupId: `${groupPrefix}.intake`,
        topics: intakeTopics,
        handle: (claim, batch) => intake.handle(claim, batch),
        onIdle: (claim, highWatermark) => intake.idle(claim, highWatermark),
      }),
      runPartitions<Claim>({
        driver,
        store,
        owner,
        instanceId,
        onTrouble,
        consumer: chainConsumer,
        groupId: `${groupPrefix}.run`,
        topics: [ketenIn],
        handle: (claim, batch) => this.handle(claim, batch),
        onIdle: (claim) => this.beside(claim, this.positionOf(claim)),
      }),
    ]);
    this.runs = [router, engine];
    this.ticking = (async () => {
      while (!stopping.aborted) {
        await this.tick(engine).catch((thrown: unknown) => this.told('chain clock delayed', thrown));
        await timers.sleep(tickMs, stopping).catch(() => undefined);
      }
    })();
    return this;
  }

  async close(): Promise<void> {
    await this.ticking;
    await Promise.all(this.runs.map((run) => run.close()));
  }

  private async handle(claim: Claim, batch: LogBatch): Promise<void> {
    await this.parts.run.handle(claim, batch);
    this.positions.set(claim.partition, { epoch: claim.epoch, position: batch.next });
    await this.beside(claim, batch.next);
  }

  /** What comes beside the log, between two batches: operators first, for they may hold what would lapse. */
  private async beside(claim: Claim, position: number): Promise<void> {
    await this.parts.orders.serve(claim, position);
    await this.parts.terms.fire(claim, position);
    await this.parts.sealer.seal(claim, position);
  }

  private async tick(engine: PartitionRun<Claim>): Promise<void> {
    await this.parts.beforeTick();
    await this.parts.orders.tick();
    await this.parts.terms.tick(engine.claims().map((claim) => claim.partition));
  }

  private positionOf(claim: Claim): number {
    const known = this.positions.get(claim.partition);
    return known?.epoch === claim.epoch ? known.position : claim.next;
  }

  private told(message: string, thrown: unknown): void {
    this.parts.log.warn(message, { [attr.problem]: asProblem(thrown).slug, [attr.cause]: thrown });
  }

  private tell(trouble: RunnerTrouble): void {
    const cause = 'cause' in trouble ? trouble.cause : undefined;
    const place =
      'partition' in trouble
        ? { [attr.topic]: trouble.partition.topic, [attr.partition]: trouble.partition.partition }
        : {};
    this.parts.log.warn('chain work delayed', { [attr.reason]: trouble.kind, [attr.cause]: cause, ...place });
  }
}
