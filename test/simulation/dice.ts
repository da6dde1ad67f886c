import { SeededRandom } from '@kruispunt/clock';

/** Chance of one seed, in the forms a script needs. */
export class Dice extends SeededRandom {
  /** A whole number below `n`. */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** True once in `n` throws. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}
