import type { ItemAnswer } from './replay-answers.js';

/** One item that is not the same in two plans: `-` only in the first, `+` only in the second, `~` in both but otherwise. */
export interface Difference {
  readonly mark: '-' | '+' | '~';
  readonly place: string;
  readonly eventId: string;
  readonly says: string;
}

const placeOf = ({ topic, partition, offset }: ItemAnswer): string => `${topic}/${partition}/${offset}`;
const standing = ({ before, state, reason }: ItemAnswer): string =>
  `${before}, ${state}${reason ? ` (${reason})` : ''}`;
/** A run changes the state of its items; only what was planned is compared. */
const planned = ({ state }: ItemAnswer): boolean => state === 'queued' || state === 'skipped';

/** What differs between the items of two plans, in the order of the first and then of the second. */
export function differencesBetween(first: readonly ItemAnswer[], second: readonly ItemAnswer[]): readonly Difference[] {
  const there = new Map(second.map((item) => [placeOf(item), item]));
  const here = new Set(first.map(placeOf));
  const gone = first.flatMap((item): Difference[] => {
    const place = placeOf(item);
    const other = there.get(place);
    if (other === undefined) return [{ mark: '-', place, eventId: item.eventId, says: standing(item) }];
    const same =
      other.eventId === item.eventId &&
      other.before === item.before &&
      (!planned(item) || !planned(other) || standing(item) === standing(other));
    return same ? [] : [{ mark: '~', place, eventId: item.eventId, says: `${standing(item)} → ${standing(other)}` }];
  });
  const added = second
    .filter((item) => !here.has(placeOf(item)))
    .map((item) => ({ mark: '+' as const, place: placeOf(item), eventId: item.eventId, says: standing(item) }));
  return [...gone, ...added];
}
