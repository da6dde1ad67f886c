import type { StoredEvent } from '@kruispunt/event';
import { civilDate, territoryOf, wishedTerritory, type Municipalities } from '@kruispunt/policy';
import { compileFilter, type Test, type Told } from './filter.js';
import type { Subscription } from './subscription.js';

/** Does a subscription concern an event? `cannot-tell` carries the reason that stands with the parked event. */
export type Match =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no'; readonly because: 'type' | 'period' | 'subjects' | 'territory' | 'filter' }
  | { readonly kind: 'cannot-tell'; readonly reason: string };

/** A subscription made ready to be asked often. */
export interface Matcher {
  readonly subscription: Subscription;
  /** `registered`: is one of the event's subjects in the repertorium of this subscription? Asked by `subjects: registered` only. */
  match(event: StoredEvent, registered: boolean): Match;
}

const yes: Match = { kind: 'yes' };
const no = {
  type: { kind: 'no', because: 'type' },
  period: { kind: 'no', because: 'period' },
  subjects: { kind: 'no', because: 'subjects' },
  territory: { kind: 'no', because: 'territory' },
  filter: { kind: 'no', because: 'filter' },
} as const satisfies Record<string, Match>;
/** Without a merger table a code is only itself. */
const noMergers: Municipalities = new Map();

/**
 * Compiles type, territory (any of), period, subjects and filter, cheapest first. Fails closed: an event that lacks what is asked is
 * never `yes`. The period, and the mergers that `nis` follows, count by the day the log took the event, in Europe/Brussels.
 */
export function compileMatch(subscription: Subscription, municipalities = noMergers): Matcher {
  const types = new Set(subscription.types);
  const test: Test | undefined = subscription.filter === undefined ? undefined : compileFilter(subscription.filter);
  const { validFrom, validTo, subjects, nis } = subscription;
  return {
    subscription,
    match(event, registered) {
      if (!types.has(event.envelope.type)) return no.type;
      if (validFrom !== undefined || validTo !== undefined) {
        const day = civilDate(event.loggedAt);
        if ((validFrom !== undefined && day < validFrom) || (validTo !== undefined && day > validTo)) return no.period;
      }
      if (subjects === 'registered' && !registered) return no.subjects;
      const place = nis === undefined ? 'yes' : inTerritory(event, nis, municipalities);
      if (place === 'no') return no.territory;
      const told = test === undefined ? 'yes' : test(event.envelope);
      if (told === 'no') return no.filter;
      if (place === 'cannot-tell') return { kind: 'cannot-tell', reason: 'the event names no municipality' };
      return told === 'yes' ? yes : { kind: 'cannot-tell', reason: 'the event lacks an attribute the filter asks for' };
    },
  };
}

function inTerritory(event: StoredEvent, nis: readonly string[], municipalities: Municipalities): Told {
  const named = territoryOf(event.envelope, event.envelope.data);
  if (named.length === 0) return 'cannot-tell';
  const wanted = wishedTerritory(nis, civilDate(event.loggedAt), municipalities);
  return named.some((code) => wanted.has(code)) ? 'yes' : 'no';
}
