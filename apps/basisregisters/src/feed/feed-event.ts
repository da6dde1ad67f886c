import { problem, type Problem } from '@kruispunt/problem';

/** The seven feeds, by the name that stands in their URL, and the object kind that stands in their event types. */
export const feeds = {
  gemeenten: 'municipality',
  postinfo: 'postalinformation',
  straatnamen: 'streetname',
  adressen: 'address',
  gebouwen: 'building',
  gebouweenheden: 'buildingunit',
  percelen: 'parcel',
} as const;
export type FeedName = keyof typeof feeds;
export type Kind = (typeof feeds)[FeedName];
export const feedNames = Object.keys(feeds) as readonly FeedName[];

export const actions = ['create', 'update', 'delete', 'transform'] as const;
export type Action = (typeof actions)[number];

/** One attribute of a change, as the source gives it. */
export interface FeedAttribute {
  readonly naam: string;
  readonly oudeWaarde: unknown;
  readonly nieuweWaarde: unknown;
}

/** An event of the change feed (CloudEvents JSON), checked as far as we build on it. `number` is its id: rising, with gaps. */
export interface FeedEvent {
  readonly number: number;
  readonly kind: Kind;
  readonly action: Action;
  readonly time: string;
  readonly source: string;
  readonly subject: string | undefined;
  readonly schema: string | undefined;
  readonly sourceEvent: string;
  readonly causation: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

export type ReadFeedEvent =
  { readonly kind: 'event'; readonly event: FeedEvent } | { readonly kind: 'refused'; readonly because: Problem };

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Reads one event of a page. Refuses what cannot be placed: no numeric id, no time, no data, or a type outside kinds × actions. */
export function readFeedEvent(raw: unknown): ReadFeedEvent {
  const event = (raw ?? {}) as Readonly<Record<string, unknown>>;
  const refuse = (at: string, reason: string): ReadFeedEvent => ({
    kind: 'refused',
    because: problem('invalid-envelope', { at, reason, id: text(event['id']) }),
  });
  const number = /^\d{1,15}$/.test(text(event['id']) ?? '') ? Number(event['id']) : Number.NaN;
  if (!Number.isSafeInteger(number)) return refuse('id', 'expected a number of at most 15 digits, as text');
  const [, kindWord, actionWord] = /^basisregisters\.([a-z]+)\.([a-z]+)\.v1$/.exec(text(event['type']) ?? '') ?? [];
  const kind = Object.values(feeds).find((k) => k === kindWord);
  const action = actions.find((a) => a === actionWord);
  if (!kind || !action) return refuse('type', `no such kind of change: ${text(event['type']) ?? 'absent'}`);
  const time = text(event['time']);
  if (!time || Number.isNaN(Date.parse(time))) return refuse('time', 'expected an RFC 3339 instant');
  const data = event['data'];
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return refuse('data', 'expected an object');
  return {
    kind: 'event',
    event: {
      number,
      kind,
      action,
      time,
      source: text(event['source']) ?? '',
      subject: text(event['subject']),
      schema: text(event['dataschema']),
      sourceEvent: text(event['basisregisterseventtype']) ?? '',
      causation: text(event['basisregisterscausationid']),
      data: data as Readonly<Record<string, unknown>>,
    },
  };
}
