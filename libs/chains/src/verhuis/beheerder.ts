import { gemeenteOf } from '@kruispunt/contracts';
import type { CivilDate } from '@kruispunt/term';

/** More mergers than any municipality has gone through: a loop in the table ends as an error. */
const mergersMax = 10;

/** The municipality that administers the territory of `nis` on a day: itself, or who took it over. A split has no single heir and stays. */
export function beheerderOp(nis: string, on: CivilDate): string {
  let code = nis;
  for (let merged = 0; merged < mergersMax; merged += 1) {
    const gemeente = gemeenteOf(code);
    const [successor, ...others] = gemeente?.opvolgers ?? [];
    if (!gemeente || gemeente.tot === null || on <= gemeente.tot || successor === undefined || others.length > 0)
      return code;
    code = successor;
  }
  throw new Error(`the table of municipalities has a loop at ${nis}`);
}

/** The police zone that serves a municipality. There is no open table of zones: it is addressed by the municipality it serves. */
export const politiezoneVan = (nis: string): string => `PZ-${nis}`;
