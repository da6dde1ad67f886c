import type { LogPosition } from '@kruispunt/event';
import { logUnavailable } from './log-unavailable.js';

interface Placed {
  readonly topic: string;
  readonly partition: number;
}
interface Base extends Placed {
  readonly offset: bigint | string;
}

/** Base offset per partition → one position per record, in record order: records of one partition stand one after another. */
export function positions(placed: readonly Placed[], bases: readonly Base[]): LogPosition[] {
  const next = new Map(bases.map((b) => [`${b.topic}/${b.partition}`, Number(b.offset)]));
  return placed.map(({ topic, partition }) => {
    const key = `${topic}/${partition}`;
    const offset = next.get(key);
    if (offset === undefined || offset < 0) throw logUnavailable('produce', new Error(`no position for ${key}`));
    next.set(key, offset + 1);
    return { topic, partition, offset };
  });
}
