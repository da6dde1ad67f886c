import type { StoredEvent } from '@kruispunt/event';
import { civilDate, territoryOf } from '@kruispunt/policy';
import { compileFilter, type Test, type Told } from './filter.js';
import type { Subscription } from './subscription.js';

/** Does a subscription concern an event? `cannot-tell` carries the reason that stands with the parked event. */
export type Match =
  { readonly kind: 'yes' } | { readonly kind: 'no' } | { readonly kind: 'cannot-tell'; readonly reason: string };

/** A subscription made ready to be asked often. */
export interface Matcher {
  readonly subscription: Subscription;
  /** `registered`: is one of the event's subjects in the repertorium of this subscription? Asked by `subjects: registered` only. */
  match(event: StoredEvent, registered: boolean): Match;
}

const yes: Match = { kind: 'yes' };
const no: Match = { kind: 'no' };

/**
 * Compiles type, territory (any of), period, subjects and filter, cheapest first. Fails closed: an event that lacks what is asked is
 * never `yes`. The period counts by the day the log took the event, in Europe/Brussels.
 */
export function compileMatch(subscription: Subscription): Matcher {
  const types = new Set(subscription.types);
  const nis = subscription.nis === undefined ? undefined : new Set(subscription.nis);
  const test: Test | undefined = subscription.filter === undefined ? undefined : compileFilter(subscription.filter);
  const { validFrom, validTo, subjects } = subscription;
  return {
    subscription,
    match(event, registered) {
      if (!types.has(event.envelope.type)) return no;
      if (validFrom !== undefined || validTo !== undefined) {
        const day = civilDate(event.loggedAt);
        if ((validFrom !== undefined && day < validFrom) || (validTo !== undefined && day > validTo)) return no;
      }
      if (subjects === 'registered' && !registered) return no;
      const place = nis === undefined ? 'yes' : inTerritory(event, nis);
      if (place === 'no') return no;
      const told = test === undefined ? 'yes' : test({ ...event.envelope });
      if (told === 'no') return no;
      if (place === 'cannot-tell') return { kind: 'cannot-tell', reason: 'the event names no municipality' };
      return told === 'yes' ? yes : { kind: 'cannot-tell', reason: 'the event lacks an attribute the filter asks for' };
    },
  };
}

function inTerritory(event: StoredEvent, nis: ReadonlySet<string>): Told {
  const named = territoryOf(event.envelope, event.envelope.data);
  if (named.length === 0) return 'cannot-tell';
  return named.some((code) => nis.has(code)) ? 'yes' : 'no';
}

/** Event type → the subscriptions that may concern it. */
export type Candidates = ReadonlyMap<string, readonly Matcher[]>;

export function candidatesByType(matchers: Iterable<Matcher>): Candidates {
  const byType = new Map<string, Matcher[]>();
  for (const matcher of matchers) {
    for (const type of matcher.subscription.types) byType.set(type, [...(byType.get(type) ?? []), matcher]);
  }
  return byType;
}
