import { successorsOf, type Municipalities, type Municipality } from './territory.js';

/**
 * The municipalities a grant of `nis` covers on `on` (`YYYY-MM-DD`): those codes; what went up into them, for its history stays readable to the
 * successor; and a successor that is made of nothing but granted municipalities. A merger widens nobody's grant: a successor that is larger
 * than what was granted, or had a territory of its own before (a kept code), needs a new version of the protocol.
 */
export const grantedTerritory = (nis: readonly string[], on: string, table: Municipalities): ReadonlySet<string> =>
  remembered('granted', { nis, on, table }, () => {
    const ended = [...table.values()].filter((row) => row.tot !== null && row.tot < on);
    const held = new Set(nis);
    for (let size = -1; size !== held.size;) {
      size = held.size;
      for (const { nis: old, opvolgers } of ended) {
        if (opvolgers.length > 0 && opvolgers.every((next) => held.has(next))) held.add(old);
        const whole = held.has(old) ? opvolgers.filter((next) => isMadeOf(next, held, ended, table)) : [];
        whole.forEach((next) => held.add(next));
      }
    }
    return held;
  });

/**
 * The municipalities a filter on `nis` asks for on `on`: those codes, what merged into them, and every successor. A filter only narrows what
 * a protocol grants, so it may follow a merger into a larger municipality; by the old code alone it would go silent (domain.md §4.7 step 4).
 */
export const wishedTerritory = (nis: readonly string[], on: string, table: Municipalities): ReadonlySet<string> =>
  remembered('wished', { nis, on, table }, () => {
    const wanted = new Set(nis);
    const absorbed = [...table.keys()].filter((old) => successorsOf(old, on, table).some((next) => wanted.has(next)));
    return new Set([...nis, ...absorbed, ...nis.flatMap((code) => successorsOf(code, on, table))]);
  });

/** The codes of `nis` whose municipality has ended by `on`, each with who followed it. */
export function endedMunicipalities(
  nis: readonly string[],
  on: string,
  table: Municipalities,
): readonly { readonly nis: string; readonly endedOn: string; readonly successors: readonly string[] }[] {
  return nis.flatMap((code) => {
    const endedOn = table.get(code)?.tot;
    return endedOn == null || on <= endedOn ? [] : [{ nis: code, endedOn, successors: successorsOf(code, on, table) }];
  });
}

/** All that went up into it is held, and it began after all of that had ended: it has no territory of its own beside. */
function isMadeOf(
  next: string,
  held: ReadonlySet<string>,
  ended: readonly Municipality[],
  table: Municipalities,
): boolean {
  const began = table.get(next)?.van;
  const parts = ended.filter(({ nis, opvolgers }) => nis !== next && opvolgers.includes(next));
  return began !== undefined && parts.every(({ nis, tot }) => held.has(nis) && tot !== null && tot < began);
}

interface Asked {
  readonly nis: readonly string[];
  readonly on: string;
  readonly table: Municipalities;
}

/** Table → list of codes → what was asked and on which day: the same list is asked about for each event. */
const memory = new WeakMap<Municipalities, WeakMap<readonly string[], Map<string, ReadonlySet<string>>>>();
const daysMax = 400;

function remembered(what: string, { nis, on, table }: Asked, make: () => ReadonlySet<string>): ReadonlySet<string> {
  let byList = memory.get(table);
  if (byList === undefined) memory.set(table, (byList = new WeakMap()));
  let byDay = byList.get(nis);
  if (byDay === undefined) byList.set(nis, (byDay = new Map()));
  const name = `${what} ${on}`;
  const known = byDay.get(name);
  if (known !== undefined) return known;
  if (byDay.size >= daysMax) byDay.clear();
  const made = make();
  byDay.set(name, made);
  return made;
}
