import type { Timers } from '@kruispunt/clock';
import { allowance, settleOutcome, type CompactSet } from '@kruispunt/delivery';
import { Problem } from '@kruispunt/problem';
import type { ReplayRun, StoredItem } from '@kruispunt/postgres';
import { attr, type Log } from '@kruispunt/telemetry';
import { auditedDeliveries, deliveredOutcome, eventKey } from './audit-evidence.js';
import { eventsAt } from './events-at.js';
import { deliveredSince } from './logged-candidates.js';
import type { ReplayParts } from './replay-parts.js';
import { runChunk, type Live, type LoadedItem } from './run-chunk.js';

/** How long a process holds a run without a word; the next one waits at most this long after a kill. */
const standardLeaseMs = 15_000;
/** How often a run that is being sent is looked at: pause, cancel and another rate take effect within this long. */
const watchMs = 200;
/** A chunk takes about a second: what a kill leaves in doubt, and what another ramp does not yet reach. */
const chunkMax = 100;
/** Runs one process carries on at once. */
const runsMax = 4;

/**
 * Carries on the runs: server-side, whoever started them. States of a run here: nobody's → claimed (lease, epoch) → recovered →
 * chunk by chunk → done, paused, cancelled, or lost to another process. A kill at any point leaves items `sending`; who claims the
 * run next asks the audit trail which of them the receiver has had, and sends only the others again, with the same id.
 */
export class ReplayRunner {
  private readonly leaseMs: number;
  private readonly busy = new Map<string, Promise<void>>();

  constructor(
    private readonly parts: ReplayParts,
    private readonly process: {
      readonly owner: string;
      readonly timers: Timers;
      readonly log: Log;
      /** Default 15 000. */
      readonly leaseMs?: number;
    },
  ) {
    this.leaseMs = process.leaseMs ?? standardLeaseMs;
  }

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
    const until = this.leaseFromNow();
    for (const run of await this.parts.stores.runs.claim(this.process.owner, this.leaseMs, room)) {
      const work = (this.busy.get(run.id) ?? Promise.resolve())
        // A lease of our own that lapsed: what was under way ends first.
        .then(() => this.carryOn(run, until, stopping))
        .catch((thrown: unknown) => this.told('replay run was put aside', thrown, run))
        .finally(() => this.busy.get(run.id) === work && this.busy.delete(run.id));
      this.busy.set(run.id, work);
    }
  }

  /** Counted from before it is asked for, by our own clock: we think it over no later than the database does. */
  private leaseFromNow(): number {
    return this.parts.ambient.clock.now() + this.leaseMs;
  }

  private told(phrase: string, thrown: unknown, run?: ReplayRun): void {
    const slug = thrown instanceof Problem ? thrown.slug : 'internal';
    this.process.log.warn(phrase, {
      [attr.problem]: slug,
      [attr.cause]: thrown,
      ...(run && { [attr.replayRunId]: run.id }),
    });
  }

  private async carryOn(claimed: ReplayRun, claimedUntil: number, stopping: AbortSignal): Promise<void> {
    const { plans, runs } = this.parts.stores;
    // The audit trail may be long: the lease is kept while it is read.
    const had = await this.holding({ run: claimed, until: claimedUntil, stopping }, async () => {
      const plan = await plans.find(claimed.plan);
      await this.recover(claimed);
      // Since the plan was made the live delivery, or another run, may have brought some of it.
      return deliveredSince(this.parts, claimed.subscription, plan?.createdAt, claimed.id);
    });
    while (!stopping.aborted) {
      const until = this.leaseFromNow();
      const run = await runs.renew(claimed, this.leaseMs);
      if (run.state !== 'running') break;
      if ((await this.holding({ run, until, stopping }, (live) => this.step(run, live, had))) === 'ended') return;
    }
    await this.parts.stores.runs.release(claimed);
  }

  /** Keeps the lease while `work` runs, and tells it what people change meanwhile. */
  private async holding<T>(
    held: { readonly run: ReplayRun; readonly until: number; readonly stopping: AbortSignal },
    work: (live: Live) => Promise<T>,
  ): Promise<T> {
    const { run, stopping } = held;
    const { runs } = this.parts.stores;
    const { clock } = this.parts.ambient;
    const halt = new AbortController();
    const done = new AbortController();
    let { until } = held;
    let { rate } = run;
    const watch = async () => {
      for (;;) {
        await this.process.timers.sleep(Math.min(watchMs, this.leaseMs / 4), done.signal);
        const next = this.leaseFromNow();
        const due = until - clock.now() < (this.leaseMs * 2) / 3;
        const now = due ? await runs.renew(run, this.leaseMs) : await runs.look(run);
        if (due) until = next;
        rate = now.rate;
        if (now.state !== 'running') halt.abort();
      }
    };
    const watched = watch().catch((thrown: unknown) => {
      if (!done.signal.aborted) halt.abort(thrown);
    });
    try {
      const signal = AbortSignal.any([stopping, halt.signal]);
      return await work({ signal, ours: () => clock.now() < until, rate: () => rate });
    } finally {
      done.abort();
      await watched;
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
      const parked = { topic: item.topic, partition: item.partition, offset: item.offset };
      return auditRef === undefined
        ? { n: item.n, state: 'queued' as const }
        : { n: item.n, state: 'delivered' as const, auditRef, parked };
    });
    const had = settled.filter((item) => item.state === 'delivered');
    const progress = had.reduce((at) => settleOutcome(run.ramp, at, 'ok').progress, run.progress);
    await items.settle(run, settled, { progress, at: this.parts.ambient.clock.now() });
    if (settled.length >= chunkMax * 2) await this.recover({ ...run, progress });
  }

  /** One chunk, and the pause the door asks for after it. */
  private async step(run: ReplayRun, live: Live, had: CompactSet): Promise<'ended' | undefined> {
    const { stores, ambient, door } = this.parts;
    const room = Math.min(chunkMax, Math.max(1, run.rate), allowance(run.ramp, run.progress, 0));
    const next = await stores.plans.items(run.plan, { states: ['queued'], limit: room });
    if (next.length === 0 && (await stores.items.finish(run, ambient.clock.now()))) return this.ended(run);
    if (next.length === 0) return this.rest(1_000, live);
    const [subscription, plan] = await Promise.all([door.subscription(run.subscription), stores.plans.find(run.plan)]);
    const numbers = next.map((item) => item.n);
    if (subscription === undefined || plan === undefined) {
      const gone = numbers.map((n) => ({ n, state: 'skipped' as const, reason: 'subscription-gone' }));
      return stores.items.settle(run, gone, { progress: run.progress, at: ambient.clock.now() }) as Promise<undefined>;
    }
    const items = await this.load(run.subscription, next, had);
    await stores.items.sending(run, numbers);
    const chunk = { run, subscription, order: plan.request.order, items };
    const result = await runChunk(door, chunk, this.process.timers, live);
    const { settled, progress, pause, failedKeys, waitMs } = result;
    await stores.items.settle(run, settled, { progress, pause, failedKeys, at: ambient.clock.now() });
    return waitMs > 0 ? this.rest(waitMs, live) : undefined;
  }

  private async rest(ms: number, { signal }: Live): Promise<undefined> {
    await this.process.timers.sleep(ms, signal).catch(() => undefined);
  }

  private ended(run: ReplayRun): 'ended' {
    this.process.log.info('replay run ended', { [attr.replayRunId]: run.id, [attr.subscriptionId]: run.subscription });
    return 'ended';
  }

  private async load(
    subscription: string,
    items: readonly StoredItem[],
    had: CompactSet,
  ): Promise<readonly LoadedItem[]> {
    const parkedOnes = items.filter((item) => item.before === 'parked');
    const still = new Set((await this.parts.stores.standing.stillParked(subscription, parkedOnes)).map(placeOf));
    const mootOf = (item: StoredItem): string | undefined => {
      if (item.before === 'delivered') return undefined;
      if (had.has(eventKey({ id: item.eventId, source: item.source }))) return 'delivered-meanwhile';
      return item.before === 'parked' && !still.has(placeOf(item)) ? 'no-longer-parked' : undefined;
    };
    const loaded: LoadedItem[] = [];
    // Items come in log order, so a partition is a stretch of them.
    for (let from = 0, to = 0; from < items.length; from = to) {
      const { topic, partition } = items[from]!;
      while (items[to]?.topic === topic && items[to]?.partition === partition) to += 1;
      const group = items.slice(from, to);
      const offsets = group.map((item) => item.offset);
      const events = await eventsAt(this.parts, subscription, { topic, partition }, offsets);
      loaded.push(...group.map((item, i) => ({ item, event: events[i], moot: mootOf(item) })));
    }
    return loaded;
  }
}

const placeOf = ({ topic, partition, offset }: Pick<StoredItem, 'topic' | 'partition' | 'offset'>): string =>
  `${topic}\n${partition}\n${offset}`;
