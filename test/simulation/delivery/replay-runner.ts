import { allowance, settleOutcome, type PauseCause, type Progress, type RunOutcome } from '@kruispunt/delivery';
import type { Life, Work } from '../schedule.js';
import { attempt, type Attempted, type Picture } from './door.js';
import type { Item, Run, Settled } from './replay-tables.js';
import type { Steps } from './leaving.js';
import { io, type Stage } from './stage.js';

const leaseMs = 400;
const chunkMax = 6;
const inFlightMax = 2;

/** The process that carries a run on. */
interface Owner {
  readonly life: Life;
  readonly name: string;
  readonly picture: Picture;
}

interface Chunk {
  readonly settled: Settled[];
  readonly failedKeys: Set<string>;
  progress: Progress;
  pause: PauseCause | undefined;
  waitMs: number;
}

/** Looks for runs that nobody holds and carries them on, as replay-runner.ts of the gateway. */
export function* workOnReplays(stage: Stage, owner: Owner): Work {
  for (;;) {
    yield 120;
    const run = stage.replays.claim(stage.schedule.now, leaseMs);
    if (!run) continue;
    const { epoch } = run;
    stage.witness.replay.claimed(run, epoch);
    yield* recover(stage, run, epoch);
    while (run.state === 'running' && stage.replays.renew(run, epoch, stage.schedule.now + leaseMs)) {
      const waitMs = yield* step(stage, owner, run, epoch);
      if (waitMs === 'ended') break;
      yield Math.min(waitMs, leaseMs / 3);
    }
    if (run.epoch === epoch) run.leaseUntil = 0;
  }
}

/** Items that were on their way when the last owner died: delivered, if the audit trail says so; else they go again. */
function* recover(stage: Stage, run: Run, epoch: number): Work {
  const open = run.items.filter((item) => item.state === 'sending');
  if (open.length === 0) return;
  yield io(stage);
  const had = new Set(
    stage.audit.slice(run.auditFrom).flatMap((l) => (l.replay === run.id && l.delivered ? [l.event] : [])),
  );
  const settled = open.map((item): Settled => ({ n: item.n, state: had.has(item.event) ? 'delivered' : 'queued' }));
  const progress = settled
    .filter((item) => item.state === 'delivered')
    .reduce((at) => settleOutcome(run.ramp, at, 'ok').progress, run.progress);
  yield io(stage);
  if (stage.replays.settle(run, epoch, { settled, progress, pause: undefined, failedKeys: new Set() }))
    stage.witness.replay.settled(run, settled, epoch);
}

/** One chunk. Answers how long to wait before the next, or that the run is another's or has ended. */
function* step(stage: Stage, owner: Owner, run: Run, epoch: number): Steps<number | 'ended'> {
  const { replays } = stage;
  const room = Math.min(chunkMax, allowance(run.ramp, run.progress, 0));
  const items = run.items.filter((item) => item.state === 'queued').slice(0, room);
  yield io(stage);
  if (items.length === 0) {
    if (!replays.finish(run, epoch)) return 100;
    stage.witness.replay.verified(run);
    return 'ended';
  }
  if (
    !replays.sending(
      run,
      epoch,
      items.map((item) => item.n),
    )
  )
    return 'ended';
  yield io(stage);
  const chunk: Chunk = { settled: [], failedKeys: new Set(), progress: run.progress, pause: undefined, waitMs: 0 };
  yield* sendAll(stage, owner, run, { items, chunk, epoch });
  yield io(stage);
  if (!replays.settle(run, epoch, chunk)) return 'ended';
  stage.witness.replay.settled(run, chunk.settled, epoch);
  return chunk.waitMs;
}

/** Lanes per key, a few at once; as soon as the run pauses itself nothing more is sent. */
function* sendAll(
  stage: Stage,
  owner: Owner,
  run: Run,
  { items, chunk, epoch }: { readonly items: readonly Item[]; readonly chunk: Chunk; readonly epoch: number },
): Work {
  const lanes = new Map<string, Item[]>();
  for (const item of items) {
    const name = run.request.order === 'preserve' ? item.keyHash : String(item.n);
    lanes.set(name, [...(lanes.get(name) ?? []), item]);
  }
  const left = lanes.values();
  let working = inFlightMax;
  const worker = function* (): Work {
    for (const lane of left) for (const item of lane) yield* sendOne(stage, owner, run, { item, chunk, epoch });
    working -= 1;
  };
  for (let n = 0; n < inFlightMax; n++) stage.schedule.start(worker(), owner.life);
  while (working > 0) yield 3;
}

function* sendOne(
  stage: Stage,
  owner: Owner,
  run: Run,
  { item, chunk, epoch }: { readonly item: Item; readonly chunk: Chunk; readonly epoch: number },
): Work {
  const preserve = run.request.order === 'preserve';
  if (preserve && chunk.failedKeys.has(item.keyHash)) {
    chunk.settled.push({ n: item.n, state: 'skipped', reason: 'behind-a-failure' });
    return;
  }
  if (chunk.pause !== undefined || chunk.waitMs > 0) {
    chunk.settled.push({ n: item.n, state: 'queued' });
    return;
  }
  const party = stage.parties.find((p) => p.subscription.id === run.request.subscription)!;
  stage.witness.replay.sends(run, item.event, epoch);
  const leaving = { attempt: 1, gap: [], replay: run.id };
  const attempted = yield* attempt(stage, owner, { party, event: item.event }, leaving);
  const { settled, outcome } = settledBy(item, attempted);
  chunk.settled.push(settled);
  if (attempted.kind === 'postponed') chunk.waitMs = attempted.afterMs;
  if (outcome === undefined) return;
  if (outcome !== 'ok' && preserve) chunk.failedKeys.add(item.keyHash);
  const moved = settleOutcome(run.ramp, chunk.progress, outcome);
  chunk.progress = moved.progress;
  chunk.pause ??= moved.pause;
}

function settledBy({ n }: Item, attempted: Attempted): { readonly settled: Settled; readonly outcome?: RunOutcome } {
  switch (attempted.kind) {
    case 'suppressed':
      return { settled: { n, state: 'skipped', reason: `not-allowed:${attempted.rule}` } };
    case 'cannot-tell':
      return { settled: { n, state: 'skipped', reason: 'cannot-tell' } };
    case 'postponed':
      return { settled: { n, state: 'queued' } };
    case 'answered': {
      const status = attempted.answer.kind === 'status' ? attempted.answer.status : undefined;
      if (status === 200) return { settled: { n, state: 'delivered' }, outcome: 'ok' };
      return { settled: { n, state: 'failed' }, outcome: status === 429 ? 'overloaded' : 'failed' };
    }
    default:
      return attempted satisfies never;
  }
}
