import { catalogus } from '@kruispunt/contracts';
import {
  filePeriods,
  parseFilter,
  type AddressException,
  type Batch,
  type Endpoint,
  type FilePeriod,
  type OrderPolicy,
  type SignatureProfile,
  type Subscription,
} from '@kruispunt/delivery';
import type { JsonObject } from '@kruispunt/nest';
import { Problem, problem } from '@kruispunt/problem';
import type { SubscriptionChange } from '@kruispunt/postgres';

/** A subscription as its owner asks for it. */
export interface SubscriptionWish extends Omit<Subscription, 'id' | 'org' | 'state' | 'rev' | 'endpoint' | 'output'> {
  readonly organisation?: string;
  /** KAFKA: whom the broker lets read the topic, `User:…`. */
  readonly principal?: string;
  readonly endpoint?: EndpointWish;
  /** `now`, `earliest`, or an instant in ms. */
  readonly start: 'now' | 'earliest' | number;
}

/** `exceptions`: holes in the address guard, for an operator to grant. */
export interface EndpointWish {
  readonly url: string;
  readonly profile: SignatureProfile;
  readonly exceptions: readonly ExceptionWish[];
}

/** Ends at `until`, or `days` from now. */
export type ExceptionWish = Pick<AddressException, 'cidr' | 'host'> &
  ({ readonly until: number } | { readonly days: number });

export type ChangeWish = Omit<SubscriptionChange, 'endpoint' | 'stateReason'> & { readonly endpoint?: EndpointWish };

type Channel = Subscription['channel'];

/** Above what one process delivers: a ceiling, not a target. */
const rateMaxMax = 10_000;
const known = new Set(catalogus.map(({ type }) => type));
const members = [
  'name',
  'organisation',
  'namens',
  'protocol',
  'protocolVersion',
  'hoedanigheid',
  'types',
  'nis',
  'filter',
  'subjects',
  'validFrom',
  'validTo',
  'channel',
  'endpoint',
  'projection',
  'orderPolicy',
  'inFlightMax',
  'rateMax',
  'batch',
  'principal',
  'start',
  'reason',
];
const changeable = [
  'protocol',
  'protocolVersion',
  'nis',
  'filter',
  'validTo',
  'endpoint',
  'projection',
  'inFlightMax',
  'rateMax',
  'batch',
  'state',
  'reason',
];

/** Checks a new subscription. Throws `invalid-request` with the place, or `unknown-type`. */
export function readWish(body: JsonObject): SubscriptionWish {
  only(body, members);
  const channel = word(body, 'channel', ['WEBHOOK', 'PULL', 'KAFKA', 'FILE'] as const, 'WEBHOOK');
  const endpoint = body['endpoint'] === undefined ? undefined : readEndpoint(body['endpoint']);
  if (channel === 'WEBHOOK' && !endpoint) throw wrong('/endpoint', 'a webhook needs one');
  if (channel !== 'WEBHOOK' && endpoint) throw wrong('/endpoint', 'only a webhook has one');
  const principal = text(body, 'principal', 200);
  if ((channel === 'KAFKA') !== (principal !== undefined)) throw wrong('/principal', 'for KAFKA, and only there');
  if (principal !== undefined && !/^User:\S+$/.test(principal)) throw wrong('/principal', 'expected User:…');
  const batch = readBatch(body['batch'], channel);
  return {
    name: required(body, 'name', 1, 100),
    hoedanigheid: required(body, 'hoedanigheid', 1, 60),
    types: readTypes(body['types']),
    channel,
    subjects: word(body, 'subjects', ['all', 'registered'] as const, 'all'),
    orderPolicy: word(body, 'orderPolicy', ['hold', 'release'] as const, 'hold') satisfies OrderPolicy,
    inFlightMax: whole(body, 'inFlightMax', 1, 256) ?? 16,
    start: readStart(body['start']),
    ...given('batch', channel === 'FILE' ? (batch ?? { period: 'P1D' as const }) : batch),
    ...given('rateMax', whole(body, 'rateMax', 1, rateMaxMax)),
    ...given('principal', principal),
    ...given('endpoint', endpoint),
    ...given('organisation', text(body, 'organisation', 100)),
    ...given('namens', text(body, 'namens', 100)),
    ...given('validFrom', date(body, 'validFrom')),
    ...scopeOf(body),
  };
}

/** Checks a change to a subscription of this channel. Throws `invalid-request` with the place. */
export function readChange(body: JsonObject, channel: Channel): ChangeWish {
  only(body, changeable);
  const state = body['state'] === undefined ? undefined : word(body, 'state', ['active', 'paused'] as const, 'active');
  return {
    ...scopeOf(body),
    ...given('state', state),
    ...given('inFlightMax', whole(body, 'inFlightMax', 1, 256)),
    ...given('rateMax', whole(body, 'rateMax', 1, rateMaxMax)),
    ...given('batch', readBatch(body['batch'], channel)),
    ...given('endpoint', body['endpoint'] === undefined ? undefined : readEndpoint(body['endpoint'])),
  };
}

/** What both have: which events, as far as that may change. */
function scopeOf(
  body: JsonObject,
): Pick<SubscriptionChange, 'nis' | 'filter' | 'projection' | 'validTo' | 'protocol' | 'protocolVersion'> {
  const filter = body['filter'] === undefined ? undefined : parseFilter(body['filter']);
  if (filter instanceof Problem) throw filter;
  return {
    ...given('nis', texts(body, 'nis', 400, /^\d{5}$/)),
    ...given('filter', filter),
    ...given('projection', texts(body, 'projection', 200, /^\w{1,100}$/)),
    ...given('validTo', date(body, 'validTo')),
    ...readProtocol(body),
  };
}

function readProtocol(body: JsonObject): { readonly protocol?: string; readonly protocolVersion?: number } {
  const protocol = text(body, 'protocol', 100);
  const protocolVersion = whole(body, 'protocolVersion', 1, 1_000_000);
  if ((protocol === undefined) !== (protocolVersion === undefined))
    throw wrong('/protocolVersion', 'protocol and protocolVersion go together');
  return { ...given('protocol', protocol), ...given('protocolVersion', protocolVersion) };
}

/** Batches of a webhook, or the period of files. `{}`: single events again. */
function readBatch(json: unknown, channel: Channel): Batch | undefined {
  if (json === undefined) return undefined;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong('/batch', 'expected an object');
  const body = json as JsonObject;
  if (channel === 'FILE') {
    only(body, ['period'], '/batch');
    return { period: word(body, 'period', Object.keys(filePeriods) as FilePeriod[], 'P1D') };
  }
  if (channel !== 'WEBHOOK') throw wrong('/batch', 'for WEBHOOK and FILE');
  only(body, ['eventsMax'], '/batch');
  return given('eventsMax', whole(body, 'eventsMax', 1, 100));
}

function readEndpoint(json: unknown): EndpointWish {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong('/endpoint', 'expected an object');
  const body = json as JsonObject;
  only(body, ['url', 'profile', 'exceptions'], '/endpoint');
  const exceptions = body['exceptions'] ?? [];
  if (!Array.isArray(exceptions) || exceptions.length > 10)
    throw wrong('/endpoint/exceptions', 'expected at most 10 entries');
  return {
    url: required(body, 'url', 1, 2_000),
    profile: word(body, 'profile', ['v1a', 'v1', 'rfc9421'] as const, 'v1a') satisfies Endpoint['profile'],
    exceptions: exceptions.map((entry: unknown) => readException(entry)),
  };
}

function readException(json: unknown): ExceptionWish {
  const at = '/endpoint/exceptions';
  if (typeof json !== 'object' || json === null) throw wrong(at, 'expected objects');
  const body = json as JsonObject;
  only(body, ['cidr', 'host', 'until', 'days'], at);
  const [cidr, host, days] = [text(body, 'cidr', 50), text(body, 'host', 255), whole(body, 'days', 1, 3_650)];
  if ((cidr === undefined) === (host === undefined)) throw wrong(at, 'expected cidr or host');
  const end = days === undefined ? { until: instant(body['until'], `${at}/until`) } : { days };
  return { ...end, ...given('cidr', cidr), ...given('host', host) };
}

function readTypes(json: unknown): readonly string[] {
  if (!Array.isArray(json) || json.length === 0 || json.length > 100)
    throw wrong('/types', 'expected 1 to 100 event types');
  for (const type of json)
    if (typeof type !== 'string' || !known.has(type))
      throw problem('unknown-type', { at: '/types', eventType: String(type).slice(0, 200) });
  return [...new Set(json as string[])];
}

const readStart = (json: unknown): SubscriptionWish['start'] =>
  json === undefined || json === 'now' ? 'now' : json === 'earliest' ? 'earliest' : instant(json, '/start');

/** An optional calendar date of a body. */
export function date(body: JsonObject, name: string): string | undefined {
  const value = text(body, name, 10);
  if (value === undefined) return undefined;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(Date.parse(value)))
    throw wrong(`/${name}`, 'expected YYYY-MM-DD');
  return value;
}

/** Throws `invalid-request` for a member nobody reads: a misspelt limit must not be no limit. */
export function only(body: JsonObject, names: readonly string[], at = ''): void {
  const odd = Object.keys(body).find((name) => !names.includes(name));
  if (odd !== undefined) throw wrong(`${at}/${odd}`, 'no such member');
}

const wrong = (at: string, reason: string): Problem => problem('invalid-request', { at, reason });

function instant(json: unknown, at: string): number {
  const ms = typeof json === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(json) ? Date.parse(json) : NaN;
  if (Number.isNaN(ms)) throw wrong(at, 'expected an RFC 3339 instant');
  return ms;
}

function text(body: JsonObject, name: string, max: number): string | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '' || value.length > max)
    throw wrong(`/${name}`, `expected text of 1 to ${max} characters`);
  return value;
}

function required(body: JsonObject, name: string, min: number, max: number): string {
  const value = text(body, name, max);
  if (value === undefined || value.length < min) throw wrong(`/${name}`, 'is missing');
  return value;
}

function texts(body: JsonObject, name: string, max: number, shape: RegExp): readonly string[] | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (
    !Array.isArray(value) ||
    value.length === 0 ||
    value.length > max ||
    !value.every((v) => typeof v === 'string' && shape.test(v))
  ) {
    throw wrong(`/${name}`, `expected 1 to ${max} texts like ${shape.source}`);
  }
  return value as string[];
}

function whole(body: JsonObject, name: string, min: number, max: number): number | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max)
    throw wrong(`/${name}`, `expected ${min} to ${max}`);
  return value as number;
}

function word<const W extends string>(body: JsonObject, name: string, words: readonly W[], otherwise: W): W {
  const value = body[name] ?? otherwise;
  const found = words.find((w) => w === value);
  if (found === undefined) throw wrong(`/${name}`, `expected one of ${words.join(', ')}`);
  return found;
}

const given = <K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } =>
  (value === undefined ? {} : { [name]: value }) as { readonly [P in K]?: V };
