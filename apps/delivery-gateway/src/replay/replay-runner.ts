import type { Timers } from '@kruispunt/clock';
import { allowance, settleOutcome } from '@kruispunt/delivery';
import { Problem } from '@kruispunt/problem';
import type { ReplayRun, StoredItem } from '@kruispunt/postgres';
import { attr, type Log } from '@kruispunt/telemetry';
import { auditedDeliveries, deliveredOutcome, eventKey } from './audit-evidence.js';
import { eventsAt } from './find-candidates.js';
import type { ReplayParts } from './replay-parts.js';
import { runChunk, type LoadedItem } from './run-chunk.js';

/** How long a process holds a run without a word; the next one waits at most this long after a kill. */
const leaseMs = 15_000;
/** A chunk takes about a second, so that pause, cancel and another rate take effect within one. */
const chunkMax = 100;
/** Runs one process carries on at once. */
const runsMax = 4;

/**
 * Carries on the runs: server-side, whoever started them. States of a run here: nobody's → claimed (lease, epoch) → recovered →
 * chunk by chunk → done, paused, cancelled, or lost to another process. A kill at any point leaves items `sending`; who claims the
 * run next asks the audit trail which of them the receiver has had, and sends only the others again, with the same id.
 */
export class ReplayRunner {
  private readonly busy = new Map<string, Promise<void>>();

  constructor(
    private readonly parts: ReplayParts,
    private readonly process: { readonly owner: string; readonly timers: Timers; readonly log: Log },
  ) {}

  /** Works until `stopping`; looks for runs every `pollMs`. Resolves when every run it held is given back. */
  async work(stopping: AbortSignal, pollMs = 500): Promise<void> {
    while (!stopping.aborted) {
      await this.claim(stopping).catch((thrown: unknown) => this.told('replay claim failed', thrown));
      await this.process.timers.sleep(pollMs, stopping).catch(() => undefined);
    }
    await Promise.all(this.busy.values());
  }

  private async claim(stopping: AbortSignal): Promise<void> {
    const room = runsMax - this.busy.size;
    if (room <= 0) return;
    for (const run of await this.parts.stores.runs.claim(this.process.owner, leaseMs, room)) {
      const work = this.carryOn(run, stopping)
        .catch((thrown: unknown) => this.told('replay run was put aside', thrown, run))
        .finally(() => this.busy.delete(run.id));
      this.busy.set(run.id, work);
    }
  }

  private told(phrase: string, thrown: unknown, run?: ReplayRun): void {
    const slug = thrown instanceof Problem ? thrown.slug : 'internal';
    this.process.log.warn(phrase, {
      [attr.problem]: slug,
      [attr.cause]: thrown,
      ...(run && { [attr.replayRunId]: run.id }),
    });
  }

  private async carryOn(claimed: ReplayRun, stopping: AbortSignal): Promise<void> {
    await this.recover(claimed);
    for (let run = claimed; !stopping.aborted; run = await this.parts.stores.runs.renew(run, leaseMs)) {
      if (run.state !== 'running') break;
      const current = run;
      const waitMs = await this.holding(run, stopping, (signal) => this.step(current, signal));
      if (waitMs === 'ended') return;
      if (waitMs > 0) await this.process.timers.sleep(Math.min(waitMs, leaseMs / 3), stopping).catch(() => undefined);
    }
    await this.parts.stores.runs.release(claimed);
  }

  /** Keeps the lease while `work` runs; its signal is aborted when the run is paused, cancelled, or another process's. */
  private async holding<T>(
    run: ReplayRun,
    stopping: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const halt = new AbortController();
    const done = new AbortController();
    const hold = async () => {
      for (;;) {
        await this.process.timers.sleep(leaseMs / 3, done.signal);
        const now = await this.parts.stores.runs.renew(run, leaseMs);
        if (now.state !== 'running') halt.abort();
      }
    };
    const held = hold().catch((thrown: unknown) => {
      if (!done.signal.aborted) halt.abort(thrown);
    });
    try {
      return await work(AbortSignal.any([stopping, halt.signal]));
    } finally {
      done.abort();
      await held;
    }
  }

  /** Items that were on their way when the last owner died: delivered, if the audit trail says so; else they go again. */
  private async recover(run: ReplayRun): Promise<void> {
    const { plans, items } = this.parts.stores;
    const open = await plans.items(run.plan, { states: ['sending'], limit: chunkMax * 2 });
    if (open.length === 0) return;
    const delivered = new Map<string, string>();
    const { partition, offset } = run.auditFrom;
    for await (const line of auditedDeliveries(this.parts.log, run.subscription, {
      partition,
      from: offset,
      to: Infinity,
    })) {
      if (line.replay === run.id && line.kind === 'outcome' && line.outcome === deliveredOutcome)
        delivered.set(eventKey(line), line.reference);
    }
    const settled = open.map((item) => {
      const auditRef = delivered.get(eventKey({ id: item.eventId, source: item.source }));
      const parked =
        item.before === 'parked'
          ? { parked: { topic: item.topic, partition: item.partition, offset: item.offset } }
          : {};
      return auditRef === undefined
        ? { n: item.n, state: 'queued' as const }
        : { n: item.n, state: 'delivered' as const, auditRef, ...parked };
    });
    const had = settled.filter((item) => item.state === 'delivered');
    const progress = had.reduce((at) => settleOutcome(run.ramp, at, 'ok').progress, run.progress);
    await items.settle(run, settled, { progress, at: this.parts.ambient.clock.now() });
    if (settled.length >= chunkMax * 2) await this.recover({ ...run, progress });
  }

  /** One chunk. Answers how long to wait before the next, or that the run has ended. */
  private async step(run: ReplayRun, stopping: AbortSignal): Promise<number | 'ended'> {
    const { stores, ambient, door } = this.parts;
    const room = Math.min(chunkMax, Math.max(1, run.rate), allowance(run.ramp, run.progress, 0));
    const next = await stores.plans.items(run.plan, { states: ['queued'], limit: room });
    if (next.length === 0) return (await stores.items.finish(run, ambient.clock.now())) ? this.ended(run) : 1_000;
    const [subscription, plan] = await Promise.all([door.subscription(run.subscription), stores.plans.find(run.plan)]);
    const numbers = next.map((item) => item.n);
    if (subscription === undefined || plan === undefined) {
      const gone = numbers.map((n) => ({ n, state: 'skipped' as const, reason: 'subscription-gone' }));
      await stores.items.settle(run, gone, { progress: run.progress, at: ambient.clock.now() });
      return 0;
    }
    const items = await this.load(run.subscription, next);
    await stores.items.sending(run, numbers);
    const result = await runChunk(
      door,
      { run, subscription, order: plan.request.order, items },
      this.process.timers,
      stopping,
    );
    await stores.items.settle(run, result.settled, {
      progress: result.progress,
      pause: result.pause,
      at: ambient.clock.now(),
    });
    if (result.failedKeys.length > 0) await stores.items.skipBehind(run, result.failedKeys, ambient.clock.now());
    return result.waitMs;
  }

  private ended(run: ReplayRun): 'ended' {
    this.process.log.info('replay run ended', { [attr.replayRunId]: run.id, [attr.subscriptionId]: run.subscription });
    return 'ended';
  }

  private async load(subscription: string, items: readonly StoredItem[]): Promise<LoadedItem[]> {
    const loaded = new Map<number, LoadedItem>();
    const partitions = new Map<string, StoredItem[]>();
    for (const item of items)
      partitions.set(`${item.topic}\n${item.partition}`, [
        ...(partitions.get(`${item.topic}\n${item.partition}`) ?? []),
        item,
      ]);
    for (const group of partitions.values()) {
      const events = await eventsAt(
        this.parts,
        subscription,
        group[0]!,
        group.map((item) => item.offset),
      );
      for (const [i, item] of group.entries()) loaded.set(item.n, { item, event: events[i] });
    }
    return items.map((item) => loaded.get(item.n)!);
  }
}
