import type { Timers } from '@kruispunt/clock';
import {
  settleOutcome,
  type PauseCause,
  type Progress,
  type ReplayOrder,
  type RunOutcome,
  type Subscription,
} from '@kruispunt/delivery';
import type { StoredEvent } from '@kruispunt/event';
import { asProblem } from '@kruispunt/problem';
import type { ReplayRun, SettledItem, StoredItem } from '@kruispunt/postgres';
import type { DoorAnswer, ReplayDoor } from './replay-door.js';

/** An item with the event it stands for; undefined: neither the log nor a copy has it any more. */
export interface LoadedItem {
  readonly item: StoredItem;
  readonly event: StoredEvent | undefined;
  /** Why it need not go any more, though it was planned: the receiver has had it, or a person set it aside. */
  readonly moot?: string | undefined;
}

/** What a person may change while a chunk runs. `signal` is aborted when the run pauses, is cancelled or lost, or the process stops. */
export interface Live {
  readonly signal: AbortSignal;
  /** False once the run may be another process's, though nobody told us: a process that was stalled sends nothing more. */
  readonly ours: () => boolean;
  /** Items per second, as it stands now. */
  readonly rate: () => number;
}

export interface Chunk {
  readonly run: ReplayRun;
  readonly subscription: Subscription;
  readonly order: ReplayOrder;
  readonly items: readonly LoadedItem[];
}

/** What a chunk came to: every item of it once. `failedKeys`: keys whose later items must not go (order `preserve`). */
export interface ChunkResult {
  readonly settled: readonly SettledItem[];
  readonly progress: Progress;
  readonly pause: PauseCause | undefined;
  readonly failedKeys: readonly string[];
  /** The door asked to wait this long before the next chunk. */
  readonly waitMs: number;
}

/**
 * Sends the items of one chunk through the door: lanes per key, at most `inFlightMax` at once, no faster than the run's rate. As soon
 * as the run pauses itself, or the process stops, nothing more is sent and what is left goes back to `queued`.
 */
export async function runChunk(door: ReplayDoor, chunk: Chunk, timers: Timers, live: Live): Promise<ChunkResult> {
  const state = {
    settled: [] as SettledItem[],
    progress: chunk.run.progress,
    pause: undefined as PauseCause | undefined,
    failedKeys: new Set<string>(),
    waitMs: 0,
  };
  const lanes = lanesOf(chunk).values();
  const pace = pacer(timers, live);
  const halted = () => state.pause !== undefined || state.waitMs > 0 || live.signal.aborted || !live.ours();

  const sendOne = async (loaded: LoadedItem): Promise<void> => {
    const { item, event, moot } = loaded;
    if (moot !== undefined) return void state.settled.push({ n: item.n, state: 'skipped', reason: moot });
    if (chunk.order === 'preserve' && state.failedKeys.has(item.keyHash)) {
      state.settled.push({ n: item.n, state: 'skipped', reason: 'behind-a-failure' });
      return;
    }
    if (event === undefined) return void state.settled.push({ n: item.n, state: 'skipped', reason: 'payload-expired' });
    if (event.envelope.id !== item.eventId || event.envelope.source !== item.source) {
      return void state.settled.push({ n: item.n, state: 'skipped', reason: 'log-changed' });
    }
    if (!halted()) await pace();
    if (halted()) return void state.settled.push({ n: item.n, state: 'queued' });
    const answer = await atTheDoor(door, chunk, event);
    const { settled, outcome } = settledBy(item, answer);
    state.settled.push(settled);
    if (answer.kind === 'postponed') state.waitMs = Math.max(state.waitMs, answer.afterMs, 1);
    if (outcome === undefined) return;
    if (outcome !== 'ok') state.failedKeys.add(item.keyHash);
    const moved = settleOutcome(chunk.run.ramp, state.progress, outcome);
    state.progress = moved.progress;
    state.pause ??= moved.pause;
  };
  const worker = async () => {
    for (const lane of lanes) for (const loaded of lane) await sendOne(loaded);
  };
  await Promise.all(Array.from({ length: chunk.run.inFlightMax }, worker));
  return { ...state, failedKeys: chunk.order === 'preserve' ? [...state.failedKeys] : [] };
}

function lanesOf({ items, order }: Chunk): LoadedItem[][] {
  const lanes = new Map<string, LoadedItem[]>();
  for (const loaded of items) {
    const name = order === 'preserve' ? loaded.item.keyHash : String(loaded.item.n);
    lanes.set(name, [...(lanes.get(name) ?? []), loaded]);
  }
  return [...lanes.values()];
}

/** A fault at the door (no audit, no database) is not the receiver's: the item waits. */
async function atTheDoor(door: ReplayDoor, chunk: Chunk, event: StoredEvent): Promise<DoorAnswer> {
  try {
    return await door.deliverOne(chunk.subscription, event, { replay: chunk.run.id, attempt: 1 });
  } catch (thrown) {
    if (asProblem(thrown).entry.retry !== 'later') throw thrown;
    return { kind: 'postponed', afterMs: 5_000 };
  }
}

function settledBy(
  item: StoredItem,
  answer: DoorAnswer,
): { readonly settled: SettledItem; readonly outcome?: RunOutcome } {
  const facts = 'auditRef' in answer && answer.auditRef !== undefined ? { auditRef: answer.auditRef } : {};
  const status = 'status' in answer && answer.status !== undefined ? { status: answer.status } : {};
  // However it stood when the plan was made: what the receiver has is parked no more.
  const parked = { topic: item.topic, partition: item.partition, offset: item.offset };
  switch (answer.kind) {
    case 'delivered':
      return { settled: { n: item.n, state: 'delivered', ...status, ...facts, parked }, outcome: 'ok' };
    case 'suppressed':
      return { settled: { n: item.n, state: 'skipped', reason: `not-allowed:${answer.rule}` } };
    case 'failed':
      return {
        settled: { n: item.n, state: 'failed', reason: answer.reason, ...status, ...facts },
        outcome: answer.status === 429 ? 'overloaded' : 'failed',
      };
    case 'postponed':
      return { settled: { n: item.n, state: 'queued' } };
    default:
      return answer satisfies never;
  }
}

/** A rate that was changed is felt within this long. */
const paceStepMs = 200;

/** Lets one through every 1/rate second, in the order of asking, at the rate of that moment. */
function pacer(timers: Timers, { signal, rate }: Live): () => Promise<void> {
  let turn = Promise.resolve();
  /** Milliseconds that sleeping in whole ones has left over. */
  let overMs = 0;
  const wait = async () => {
    let share = 0;
    while (share < 1 && !signal.aborted) {
      const gapMs = 1_000 / rate();
      const restMs = (1 - share) * gapMs + overMs;
      const stepMs = Math.min(paceStepMs, restMs);
      const sleptMs = Math.floor(stepMs);
      overMs = stepMs - sleptMs;
      if (sleptMs > 0) await timers.sleep(sleptMs, signal);
      share = stepMs >= restMs ? 1 : share + stepMs / gapMs;
    }
  };
  return () => {
    const mine = turn;
    turn = turn.then(wait).catch(() => undefined);
    return mine;
  };
}
