import { problem, type Problem } from '@kruispunt/problem';

/** Sizes of the steps of a run, each with a gate behind it; after the last one comes the rest. `[]` is no ramp. */
export type Ramp = readonly number[];

const stepsMax = 10;

/** `1,10,100,rest` → [1, 10, 100]; `rest` → []. Gives `invalid-request` otherwise. */
export function parseRamp(text: string): Ramp | Problem {
  const words = text.split(',').map((word) => word.trim());
  const sizes = words.slice(0, -1).map(Number);
  const right =
    words.at(-1) === 'rest' && sizes.length <= stepsMax && sizes.every((n) => Number.isSafeInteger(n) && n > 0);
  return right
    ? sizes
    : problem('invalid-request', { at: '/ramp', reason: 'expected sizes and "rest", e.g. 1,10,100,rest' });
}

export const rampText = (ramp: Ramp): string => [...ramp, 'rest'].join(',');

/** How one item ended. `overloaded`: the receiver said 429. A skipped item says nothing about the receiver and is not told here. */
export type RunOutcome = 'ok' | 'failed' | 'overloaded';
export type PauseCause = 'gate' | 'failures' | 'overloaded';

/** Where a run stands. `last` holds the latest outcomes, newest last: `o` ok, `x` failed. */
export interface Progress {
  readonly step: number;
  readonly settledInStep: number;
  readonly failedInStep: number;
  readonly last: string;
}

export const rampStart: Progress = { step: 0, settledInStep: 0, failedInStep: 0, last: '' };

/** The window and the share of failures above which a run pauses itself; fewer than `judgedMin` outcomes say nothing yet. */
const window = 50;
const judgedMin = 10;
const failuresShareMax = 0.2;

/** How many more items this step may send, with `sending` under way. Infinity in the rest. */
export const allowance = (ramp: Ramp, progress: Progress, sending: number): number => {
  const size = ramp[progress.step];
  return size === undefined ? Infinity : Math.max(0, size - progress.settledInStep - sending);
};

/**
 * One outcome later. A step that is full and clean opens the next by itself; with a failure in it the run pauses at the gate, and a
 * person's resume goes on with the next step. Above 20 % failures of the last 50, or at a 429, it pauses at once.
 */
export function settleOutcome(
  ramp: Ramp,
  progress: Progress,
  outcome: RunOutcome,
): { readonly progress: Progress; readonly pause?: PauseCause } {
  const failed = outcome === 'ok' ? 0 : 1;
  const moved: Progress = {
    step: progress.step,
    settledInStep: progress.settledInStep + 1,
    failedInStep: progress.failedInStep + failed,
    last: (progress.last + (failed ? 'x' : 'o')).slice(-window),
  };
  const full = ramp[moved.step] !== undefined && moved.settledInStep >= ramp[moved.step]!;
  const next = full ? { step: moved.step + 1, settledInStep: 0, failedInStep: 0, last: moved.last } : moved;
  if (outcome === 'overloaded') return { progress: next, pause: 'overloaded' };
  if (failing(moved.last)) return { progress: next, pause: 'failures' };
  return full && moved.failedInStep > 0 ? { progress: next, pause: 'gate' } : { progress: next };
}

const failing = (last: string): boolean =>
  last.length >= judgedMin && [...last].filter((mark) => mark === 'x').length > last.length * failuresShareMax;

/** A person decided to go on: the outcomes that made the run pause are judged no more. */
export const resumed = (progress: Progress): Progress => ({ ...progress, last: '' });
