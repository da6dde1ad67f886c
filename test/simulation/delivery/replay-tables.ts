import {
  approvalCauses,
  approvalRules,
  Freezing,
  keyHash,
  rampStart,
  type Before,
  type Candidate,
  type ItemState,
  type PauseCause,
  type PlanRequest,
  type Progress,
  type Ramp,
} from '@kruispunt/delivery';
import type { Database } from './database.js';
import type { Logged } from './scene.js';

export interface Item {
  readonly n: number;
  readonly event: Logged;
  readonly before: Before;
  readonly keyHash: string;
  state: ItemState;
  reason?: string;
}

export interface Run {
  readonly id: string;
  readonly request: PlanRequest;
  readonly items: readonly Item[];
  readonly digest: string;
  readonly causes: readonly string[];
  readonly ramp: Ramp;
  readonly auditFrom: number;
  state: 'planned' | 'running' | 'paused' | 'done';
  pauseCause: PauseCause | undefined;
  progress: Progress;
  epoch: number;
  leaseUntil: number;
  /** More than one process has worked on it. */
  contested: boolean;
}

/** One item as a runner settles it. */
export interface Settled {
  readonly n: number;
  readonly state: ItemState;
  readonly reason?: string;
}

/** Plans and runs as the database keeps them; each call is one transaction under the run's epoch. */
export class ReplayTables {
  readonly runs: Run[] = [];

  constructor(private readonly database: Database) {}

  /** Freezes what a request would send. */
  plan(
    request: PlanRequest,
    found: readonly { readonly candidate: Candidate; readonly event: Logged }[],
    { ramp, auditFrom }: { readonly ramp: Ramp; readonly auditFrom: number },
  ): Run {
    const freezing = new Freezing(request);
    const planned = found.flatMap(({ candidate, event }) => {
      const item = freezing.take(candidate);
      return item === undefined ? [] : [{ item, event }];
    });
    const { digest, summary } = freezing.end(5);
    const run: Run = {
      id: `R${this.runs.length}`,
      request,
      digest,
      causes: approvalCauses(summary, approvalRules),
      items: planned.map(({ item: { candidate, state, reason }, event }, n) => ({
        n,
        event,
        before: candidate.before,
        keyHash: keyHash(candidate.key),
        state,
        ...(reason === undefined ? {} : { reason }),
      })),
      ramp,
      auditFrom,
      state: 'planned',
      pauseCause: undefined,
      progress: rampStart,
      epoch: 0,
      leaseUntil: 0,
      contested: false,
    };
    this.runs.push(run);
    return run;
  }

  /** One active run per subscription. */
  start(run: Run): void {
    const active = this.runs.some(
      (r) => r.request.subscription === run.request.subscription && (r.state === 'running' || r.state === 'paused'),
    );
    if (run.state === 'planned' && !active) run.state = 'running';
  }

  /** A running run that nobody holds; its epoch rises, so that an old owner writes nothing more. */
  claim(now: number, leaseMs: number): Run | undefined {
    const run = this.runs.find((r) => r.state === 'running' && r.leaseUntil <= now);
    if (!run) return undefined;
    run.epoch += 1;
    if (run.epoch > 1) run.contested = true;
    run.leaseUntil = now + leaseMs;
    return run;
  }

  /** False: another process has taken it. */
  renew(run: Run, epoch: number, until: number): boolean {
    if (run.epoch !== epoch) return false;
    run.leaseUntil = until;
    return true;
  }

  sending(run: Run, epoch: number, numbers: readonly number[]): boolean {
    if (run.epoch !== epoch) return false;
    for (const n of numbers) if (run.items[n]!.state === 'queued') run.items[n]!.state = 'sending';
    return true;
  }

  /** Items and progress, and what stands behind a failure; a parked event that was delivered leaves `parked`, and its key may go on. */
  settle(
    run: Run,
    epoch: number,
    moved: {
      readonly settled: readonly Settled[];
      readonly progress: Progress;
      readonly pause: PauseCause | undefined;
      readonly failedKeys: ReadonlySet<string>;
    },
  ): boolean {
    if (run.epoch !== epoch) return false;
    for (const { n, state, reason } of moved.settled) {
      const item = run.items[n]!;
      if (item.state !== 'queued' && item.state !== 'sending') continue;
      item.state = state;
      if (reason !== undefined) item.reason = reason;
      if (state === 'delivered') this.database.leave(run.request.subscription, item.event);
    }
    for (const item of run.items) {
      const behind = item.state === 'queued' && moved.failedKeys.has(item.keyHash);
      if (behind) Object.assign(item, { state: 'skipped', reason: 'behind-a-failure' });
    }
    run.progress = moved.progress;
    if (moved.pause !== undefined && run.state === 'running') {
      run.state = 'paused';
      run.pauseCause = moved.pause;
    }
    return true;
  }

  finish(run: Run, epoch: number): boolean {
    const open = run.items.some((i) => i.state === 'queued' || i.state === 'sending');
    if (open || run.epoch !== epoch || run.state !== 'running') return false;
    run.state = 'done';
    return true;
  }
}
