import { Desk, DuplicateWindow, type Circuit, type LiveReader, type Track } from '@kruispunt/delivery';
import type { Dice } from '../dice.js';
import type { Change } from './database.js';
import { ladder, limits, rates, windowMax, type Logged, type Party } from './scene.js';

/** One subscription in one process: its desk, and its tracks in the partitions that are the process's own. */
export class Line {
  readonly desk: Desk<Logged, string>;
  readonly tracks = new Map<Partition, Track<string>>();

  constructor(
    readonly party: Party,
    dice: Dice,
    circuit: Circuit | undefined,
  ) {
    const { subscription, batchMax } = party;
    const { orderPolicy, inFlightMax } = subscription;
    this.desk = new Desk({
      ladder,
      rates,
      orderPolicy,
      circuit,
      random: dice,
      limits: { ...limits, inFlightMax, batchMax },
    });
  }
}

/** A partition from claim to release, as in partition.ts of the gateway. */
export class Partition implements LiveReader {
  next: number;
  committed: number;
  readonly lines = new Set<Line>();
  readonly touched = new Set<Line>();
  readonly window = new DuplicateWindow(windowMax);
  pending: { readonly id: string; readonly next: number; readonly changes: readonly Change[] } | undefined;
  attempts = 0;
  takes = 0;
  servedAt = 0;
  committing = false;
  catching = false;
  reading = false;
  releasing = false;
  lost = false;

  constructor(
    readonly place: string,
    readonly epoch: number,
    { next, end }: { readonly next: number; readonly end: number },
  ) {
    this.next = next < 0 ? end : next;
    this.committed = next;
  }
}
