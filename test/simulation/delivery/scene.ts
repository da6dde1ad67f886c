import {
  compileMatch,
  standardRates,
  type Ladder,
  type DeskLimits,
  type Matcher,
  type RateRules,
  type Subscription,
} from '@kruispunt/delivery';
import type { StoredEvent } from '@kruispunt/event';
import type { Grant, Protocol, ReceiveFacts } from '@kruispunt/policy';
import type { Dice } from '../dice.js';

/** An event of the simulated log. `first`: the offset at which the same (source, id) stood before. */
export interface Logged extends StoredEvent {
  readonly place: string;
  readonly offset: number;
  readonly id: string;
  readonly first: number | undefined;
}

export type Mode = 'well' | 'dead' | 'slow' | 'flaky' | 'busy';

/** A receiver as it is at this moment. `poison`: answers 4xx to some events, until it is repaired. `over`: answers 410. */
export interface Receiver {
  mode: Mode;
  poison: boolean;
  over: boolean;
}

/** One subscription with its receiver, and what never changes about whom it concerns. */
export interface Party {
  readonly subscription: Subscription;
  readonly matcher: Matcher;
  readonly grant: Omit<Grant, 'protocol'>;
  readonly registered: ReadonlySet<string>;
  readonly receiver: Receiver;
  readonly batchMax: number;
}

export const ladder: Ladder = { firstMs: 100, factor: 4, capMs: 5_000, retriesMax: 3, jitter: 0.2, overloadMs: 50 };
export const limits: Omit<DeskLimits, 'inFlightMax' | 'batchMax'> = {
  batchBytesMax: 100,
  queuedMax: 12,
  queuedBytesMax: 1_000,
  heldMax: 40,
  blockedMax: 6,
};
/** The adaptive rate, with windows as short as the rounds of a script. */
export const rates: RateRules = { ...standardRates, windowMs: 1_500, attemptsMin: 8 };
/** The ids a process remembers per partition; small, so that they are forgotten in time. */
export const windowMax = 64;
/** A process asks this often what changed outside, so that is how long a withdrawn protocol may still be used. */
export const refreshMs = 200;

export const places = ['open/0', 'open/1', 'person/0'] as const;
export const keys = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6'] as const;
/** Virtual time begins on a working day in Brussels. */
export const startAt = Date.parse('2026-04-20T07:00:00Z');

const fields = ['soort', 'nisNieuw'].map((name) => ({ name })) as unknown as ReceiveFacts['type']['fields'];
const types: Readonly<Record<string, ReceiveFacts['type']>> = {
  open: { type: 'proef.open', klasse: 'OPEN', fields },
  person: { type: 'proef.person', klasse: 'PERSOON', fields },
};
export const topicOf = (place: string): string => place.slice(0, place.indexOf('/'));
export const partitionOf = (place: string): number => Number(place.slice(place.indexOf('/') + 1));
export const typeOf = (place: string): ReceiveFacts['type'] => types[topicOf(place)]!;

/** An event as its publisher made it; sometimes without the attribute that filters ask for. */
export function eventAt(dice: Dice, place: string, log: readonly Logged[], loggedAt: number): Logged {
  const again = log.length > 0 && dice.oneIn(8) ? log[Math.max(0, log.length - 1 - dice.below(40))] : undefined;
  const offset = log.length;
  const position = { topic: topicOf(place), partition: partitionOf(place), offset };
  if (again) return { ...again, position, offset, loggedAt, first: again.first ?? again.offset };
  const key = dice.pick(keys);
  const id = `${place}:${offset}`;
  const data = { nisNieuw: dice.pick(['11002', '24062']), ...(dice.oneIn(12) ? {} : { soort: dice.pick(['a', 'b']) }) };
  const envelope = { specversion: '1.0', id, source: 'urn:proef', type: typeOf(place).type, time: '', data } as const;
  return { envelope, key, position, loggedAt, place, offset, id, first: undefined };
}

export const protocol: Protocol = {
  id: 'P',
  version: 1,
  parties: [{ organisation: 'OVO002949' }],
  hoedanigheid: 'h',
  purpose: 'p',
  legalGround: 'g',
  eventTypes: ['proef.open', 'proef.person'],
  fieldsPerType: { 'proef.open': ['soort'], 'proef.person': ['soort'] },
  fetchFields: {},
  territory: 'all',
  subjectScope: 'all',
  validFrom: '2026-01-01',
  validTo: null,
  channels: 'all',
  withdrawn: false,
};

/** Who receives. The first one is always well, and what others suffer must not reach it (I11). */
export function partiesOf(dice: Dice): readonly Party[] {
  return Array.from({ length: 3 + dice.below(2) }, (_, n): Party => {
    const first = n === 0;
    const person = !first && dice.oneIn(2);
    const subscription: Subscription = {
      id: `s${n}`,
      name: `s${n}`,
      org: 'OVO002949',
      hoedanigheid: 'h',
      ...(person || (!first && dice.oneIn(3)) ? { protocol: 'P', protocolVersion: 1 } : {}),
      types: person ? ['proef.person', ...(dice.oneIn(2) ? ['proef.open'] : [])] : ['proef.open'],
      ...(!first && dice.oneIn(3) ? { nis: ['11002'] } : {}),
      ...(!first && dice.oneIn(3) ? { filter: { field: 'data.soort', is: 'a' } } : {}),
      subjects: !first && dice.oneIn(4) ? 'registered' : 'all',
      channel: 'WEBHOOK',
      orderPolicy: first || person || dice.oneIn(2) ? 'hold' : 'release',
      inFlightMax: first ? 4 : 1 + dice.below(5),
      state: 'active',
      rev: 1,
    };
    return {
      subscription,
      matcher: compileMatch(subscription),
      grant: { organisation: 'OVO002949', hoedanigheid: 'h', channel: 'WEBHOOK' },
      batchMax: first || dice.oneIn(2) ? 1 : 4,
      registered: new Set(keys.filter(() => dice.oneIn(2))),
      receiver: { mode: 'well', poison: !first && dice.oneIn(2), over: false },
    };
  });
}

/** Whether an event concerns a party: the same on every day, so that what must arrive can be told from the log alone. */
export const concerns = ({ matcher, registered }: Party, event: Logged): 'yes' | 'no' | 'cannot-tell' =>
  matcher.match(event, registered.has(event.key)).kind;

/** Events that a receiver with poison refuses. */
export const isPoison = ({ id }: Logged): boolean => id.endsWith('3');
