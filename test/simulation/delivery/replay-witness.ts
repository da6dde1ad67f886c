import assert from 'node:assert';
import { verifyItem, type PlanRequest } from '@kruispunt/delivery';
import type { Database } from './database.js';
import type { Run, Settled } from './replay-tables.js';
import { startAt, type Logged } from './scene.js';
import type { AuditLine } from './leaving.js';
import { standingOf } from './standing.js';

/** What a run has done, as seen from outside. */
interface Sight {
  readonly sent: Set<Logged>;
  readonly settled: Set<Logged>;
  /** Delivered, by the epoch under which that was known. */
  readonly delivered: Map<Logged, number>;
  readonly failedKeys: Map<string, number>;
}

/** Watches replays: I7, the ramp, the order, and that nothing is sent twice after it was heard of. */
export class ReplayWitness {
  private readonly sights = new Map<Run, Sight>();

  constructor(
    private readonly database: Database,
    private readonly audit: readonly AuditLine[],
  ) {}

  /** A plan holds what was asked, as it stood, and nothing else. */
  planned({ items, request }: Run): void {
    const delivered = new Set(
      this.audit.filter((l) => l.sub === request.subscription && l.delivered).map((l) => l.event.id),
    );
    let queued = 0;
    for (const { event, state } of items) {
      assert(asked(request, event), `${event.id} was not asked for`);
      if (state !== 'queued') continue;
      queued += 1;
      const stands = standingOf(this.database, request.subscription, event, delivered);
      const fits = { failed: ['parked'], missing: ['undelivered'], all: ['parked', 'delivered', 'undelivered'] };
      assert(fits[request.intent].includes(stands), `${event.id} is ${stands} and planned as ${request.intent}`);
    }
    assert(queued <= (request.limit ?? Infinity), 'a plan holds more than its limit');
  }

  claimed(run: Run, epoch: number): void {
    const sight = this.sight(run);
    const lines = this.audit.slice(run.auditFrom).filter((l) => l.replay === run.id && l.delivered);
    for (const { event } of lines) if (!sight.delivered.has(event)) sight.delivered.set(event, epoch);
  }

  sends(run: Run, event: Logged, epoch: number): void {
    const sight = this.sight(run);
    const item = run.items.find((i) => i.event === event);
    assert(
      item && (item.state === 'sending' || run.epoch !== epoch),
      `${run.id}: ${event.id} is sent and does not stand to be`,
    );
    assert(
      (sight.delivered.get(event) ?? Infinity) > epoch,
      `${run.id}: ${event.id} is sent again after it was delivered`,
    );
    if (run.epoch === epoch) {
      sight.sent.add(event);
      const steps = run.ramp.reduce<readonly [allowed: number, passed: number]>(
        ([allowed, passed], size) =>
          sight.settled.size >= passed + size
            ? [allowed, passed + size]
            : [Math.min(allowed, passed + size), passed + size],
        [Infinity, 0],
      );
      assert(
        sight.sent.size <= steps[0],
        `${run.id}: ${sight.sent.size} items are sent before the gate at ${steps[0]}`,
      );
    }
    const failed = sight.failedKeys.get(event.key) ?? Infinity;
    if (run.request.order === 'preserve')
      assert(failed > epoch, `${run.id}: ${event.id} is sent behind a failure of its key`);
  }

  /** What a runner wrote under its epoch. */
  settled(run: Run, settled: readonly Settled[], epoch: number): void {
    const sight = this.sight(run);
    for (const { n, state } of settled) {
      const { event } = run.items[n]!;
      if (state === 'delivered') sight.delivered.set(event, epoch);
      if (state === 'delivered' || state === 'failed') sight.settled.add(event);
      else sight.sent.delete(event);
      if (state === 'failed') sight.failedKeys.set(event.key, epoch);
    }
  }

  /** When it is done: each item against the audit trail and the stores, with the real verification. */
  verified(run: Run): void {
    const after = ({ n }: { readonly n: number }) => {
      const { event } = run.items[n]!;
      const row = this.database.row(run.request.subscription, event.place);
      return row.parked.has(event.offset) ? 'parked' : row.held.has(event.offset) ? 'waiting' : 'settled';
    };
    const lines = this.audit.filter((l) => l.replay === run.id);
    for (const line of lines)
      assert(line.sub === run.request.subscription, `${run.id} delivered to ${line.sub}, which it is not for`);
    const verified = run.items.map(({ event, ...item }) => {
      const about = lines.flatMap((line, n) =>
        line.event.id === event.id ? [{ ...idOf(event), delivered: line.delivered, reference: String(n) }] : [],
      );
      return verifyItem({ ...item, ...idOf(event) }, about, after(item));
    });
    const planned = new Set(run.items.map(({ event }) => event.id));
    const outside = lines.find(({ event }) => !planned.has(event.id));
    assert(!outside, `${run.id} sent ${outside?.event.id}, which is not in its plan`);
    // Two owners may both have sent an item, with two outcomes; and where two places hold one id, a line tells of both.
    const alone = ({ id }: { readonly id: string }) => run.items.filter(({ event }) => event.id === id).length === 1;
    const fault = run.contested ? undefined : verified.find((item) => item.fault !== undefined && alone(item));
    assert(!fault, `${run.id}: ${fault?.id} was ${fault?.before}, is ${fault?.state}: ${fault?.fault}`);
  }

  private sight(run: Run): Sight {
    const sight = this.sights.get(run) ?? {
      sent: new Set(),
      settled: new Set(),
      delivered: new Map(),
      failedKeys: new Map(),
    };
    this.sights.set(run, sight);
    return sight;
  }
}

const idOf = ({ id, envelope: { source, type } }: Logged) => ({ id, source, type });

/** What was asked, said once more and otherwise than the plan says it. */
function asked({ key, from, to, eventIds, types }: PlanRequest, event: Logged): boolean {
  const at = event.loggedAt + startAt;
  if (key !== undefined && key !== event.key) return false;
  if ((from !== undefined && at < from) || (to !== undefined && at >= to)) return false;
  if (types !== undefined && !types.includes(event.envelope.type)) return false;
  return eventIds === undefined || eventIds.includes(event.id);
}
