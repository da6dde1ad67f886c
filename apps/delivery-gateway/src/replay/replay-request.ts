import { intents, type Intent, type PlanRequest } from '@kruispunt/delivery';
import type { JsonObject } from '@kruispunt/nest';
import { problem } from '@kruispunt/problem';
import { onlyMembers, readAct, readDryRun, readReason } from '../operate/read-act.js';
import type { PlanWish } from './make-plan.js';
import type { StartWish } from './operate-replay.js';

const eventIdsMax = 10_000;
const planMembers = [
  'subscription',
  'intent',
  'from',
  'to',
  'types',
  'key',
  'eventIds',
  'group',
  'limit',
  'order',
  'reason',
  'ticket',
  'dryRun',
] as const;

/** What an operator asks, checked. Throws `invalid-request` with the place, or `reason-required`. */
export function readPlanRequest(body: JsonObject): PlanWish {
  onlyMembers(body, planMembers);
  return { request: readRequest(body), dryRun: readDryRun(body) };
}

const importMembers = ['request', 'digest', 'reason', 'ticket', 'dryRun'] as const;

/** A plan that was exported, to be made again here: its request, the digest it had, and a reason of today. */
export function readImport(body: JsonObject): PlanWish {
  onlyMembers(body, importMembers);
  const { request } = body;
  if (typeof request !== 'object' || request === null || Array.isArray(request))
    throw wrong('request', 'expected the request of an exported plan');
  const { reason, ticket, dryRun } = body;
  const asked = { ...(request as JsonObject), reason, ...(ticket !== undefined && { ticket }) };
  onlyMembers(asked, planMembers);
  return { request: readRequest(asked), expected: readDigest(body), dryRun: readDryRun({ dryRun }) };
}

function readRequest(body: JsonObject): PlanRequest {
  const intent = oneOf(body, 'intent', intents);
  return {
    subscription: required(text(body, 'subscription', 200), '/subscription'),
    intent,
    order:
      body['order'] === undefined ? ('preserve' as const) : oneOf(body, 'order', ['preserve', 'independent'] as const),
    reason: readReason(body),
    ...optional('from', instant(body, 'from')),
    ...optional('to', instant(body, 'to')),
    ...optional('types', texts(body, 'types', 100)),
    ...optional('key', text(body, 'key', 200)),
    ...optional('eventIds', texts(body, 'eventIds', eventIdsMax)),
    ...optional('group', group(body, intent)),
    ...optional('limit', whole(body, 'limit', 1, 2_000_000)),
    ...optional('ticket', text(body, 'ticket', 60)),
  };
}

/** What a start says: the digest that was seen, the reason, and how fast. Throws `invalid-request` or `reason-required`. */
export function readStart(body: JsonObject): StartWish {
  return {
    ...readAct(body, ['digest', 'rate', 'inFlightMax', 'ramp']),
    digest: readDigest(body),
    ...optional('rate', whole(body, 'rate', 1, 10_000)),
    ...optional('inFlightMax', whole(body, 'inFlightMax', 1, 64)),
    ...optional('ramp', text(body, 'ramp', 60)),
  };
}

export const readDigest = (body: JsonObject): string => required(text(body, 'digest', 64), '/digest');
export const readRamp = (body: JsonObject): string => required(text(body, 'ramp', 60), '/ramp');
export const readRate = (body: JsonObject): number => required(whole(body, 'rate', 1, 10_000), '/rate');

const wrong = (name: string, reason: string) => problem('invalid-request', { at: `/${name}`, reason });
const optional = <K extends string, T>(name: K, value: T | undefined): { [P in K]?: T } =>
  (value === undefined ? {} : { [name]: value }) as { [P in K]?: T };

function required<T>(value: T | undefined, at: string): T {
  if (value === undefined) throw problem('invalid-request', { at, reason: 'is required' });
  return value;
}

function text(body: JsonObject, name: string, max: number): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value === '' || value.length > max)
    throw wrong(name, `expected a text of 1 to ${max} characters`);
  return value;
}

function texts(body: JsonObject, name: string, max: number): readonly string[] | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  const right =
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= max &&
    value.every((v) => typeof v === 'string' && v !== '' && v.length <= 300);
  if (!right) throw wrong(name, `expected 1 to ${max} texts`);
  return value as readonly string[];
}

function whole(body: JsonObject, name: string, min: number, max: number): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max)
    throw wrong(name, `expected a whole number, ${min} to ${max}`);
  return value;
}

function oneOf<const W extends string>(body: JsonObject, name: string, words: readonly W[]): W {
  const word = words.find((w) => w === body[name]);
  if (word === undefined) throw wrong(name, `expected one of ${words.join(', ')}`);
  return word;
}

function instant(body: JsonObject, name: string): number | undefined {
  const value = text(body, name, 40);
  if (value === undefined) return undefined;
  const at = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(at)) throw wrong(name, 'expected an RFC 3339 instant with offset');
  return at;
}

function group(body: JsonObject, intent: Intent): string | undefined {
  const value = text(body, 'group', 64);
  if (value === undefined) return undefined;
  if (intent !== 'failed' || !/^([0-9a-f]{2})+$/.test(value))
    throw wrong('group', 'expected the hexadecimal name of a group of parked events, with intent failed');
  return value;
}
