import { opVerbs, type OpVerb } from '@kruispunt/chain-engine';
import type { JsonObject } from '@kruispunt/nest';
import type { OrderScope } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { date, many, object, only, optional, required, text, uuid, whole, type Reader } from './read-member.js';

/** What an operator asks, checked. */
export interface OrderWish {
  readonly id: string | undefined;
  readonly verb: OpVerb;
  readonly scope: OrderScope;
  readonly args: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly basis: string | undefined;
  readonly dryRun: boolean;
}

const reasonMin = 10;
const reasonMax = 500;
const idsMax = 1_000;

const term = { token: optional(text(64)), on: required(date), ground: required(text(120)) };
const place = { token: optional(text(64)), to: required(text(64)) };
/** The arguments of each verb; what is not named here is refused. */
const argsOf: Readonly<Record<OpVerb, Readonly<Record<string, Reader<unknown>>>>> = {
  retry: {},
  discard: {},
  annotate: { note: required(text(500)) },
  recorrelate: { event: required(uuid) },
  pause: { kind: optional(text(20)), key: optional(text(200)) },
  resume: { kind: optional(text(20)), key: optional(text(200)) },
  republish: { from: optional(whole(1, 1_000_000)), to: optional(whole(1, 1_000_000)) },
  'reassign-task': { task: required(text(64)), role: required(text(64)) },
  resolve: {
    token: optional(text(64)),
    to: optional(text(64)),
    set: optional(object),
    toestand: optional(text(64)),
    uitkomst: optional(text(64)),
  },
  edit: { payload: required(object) },
  'move-token': place,
  'add-token': { token: required(text(64)), to: required(text(64)) },
  'cancel-branch': { token: required(text(64)) },
  fork: { seq: required(whole(1, 1_000_000)) },
  restart: {},
  compensate: { node: required(text(64)), then: optional(text(64)) },
  migrate: { plan: required(text(100)) },
  unmigrate: { plan: required(text(100)) },
  'extend-term': { ...term, days: optional(whole(1, 366)) },
  'suspend-term': term,
  'resume-term': term,
  'interrupt-term': term,
  're-anchor-term': term,
  'waive-term': term,
  'reproject-term': { ...term, calendar: required(text(2_000)) },
};

const pauseKinds = ['chain', 'node', 'participant', 'partition'];

/** Throws `invalid-request` with the place, or `reason-required`. */
export function readOrder(body: JsonObject, partitions: number): OrderWish {
  only(body, ['id', 'verb', 'scope', 'args', 'reason', 'basis', 'dryRun']);
  const verb = String(body['verb']);
  if (!Object.hasOwn(opVerbs, verb))
    throw problem('invalid-request', { at: '/verb', reason: `expected one of ${Object.keys(opVerbs).join(', ')}` });
  const args = readArgs(verb as OpVerb, object(body['args'] ?? {}, '/args'));
  return {
    id: body['id'] === undefined ? undefined : uuid(body['id'], '/id'),
    verb: verb as OpVerb,
    args,
    scope: readScope(body['scope'], args, partitions),
    reason: readReason(body),
    basis: optional(text(200))(body['basis'], '/basis'),
    dryRun: body['dryRun'] === true,
  };
}

/** A reason an auditor can use: 10 to 500 characters. Throws `reason-required`. */
export function readReason(body: JsonObject): string {
  const reason = typeof body['reason'] === 'string' ? body['reason'].trim() : '';
  if (reason.length < reasonMin || reason.length > reasonMax)
    throw problem('reason-required', { at: '/reason', min: reasonMin, max: reasonMax });
  return reason;
}

/** A second person's word: the digest that was seen, and why. */
export function readWord(body: JsonObject): { readonly digest: string; readonly reason: string } {
  only(body, ['digest', 'reason']);
  return { digest: required(text(64))(body['digest'], '/digest'), reason: readReason(body) };
}

function readArgs(verb: OpVerb, given: JsonObject): Readonly<Record<string, unknown>> {
  const readers = argsOf[verb];
  const odd = Object.keys(given).find((name) => !Object.hasOwn(readers, name));
  if (odd !== undefined)
    throw problem('invalid-request', { at: `/args/${odd}`, reason: `${verb} has no such argument` });
  const read = Object.entries(readers).map(([name, reader]) => [name, reader(given[name], `/args/${name}`)] as const);
  const args = Object.fromEntries(read.filter(([, value]) => value !== undefined));
  if ('token' in readers && args['token'] === undefined) args['token'] = 'main';
  return args;
}

/** One instance, several, what a query finds, a group of incidents; or, for a pause of a kind, every partition. */
function readScope(given: unknown, args: Readonly<Record<string, unknown>>, partitions: number): OrderScope {
  if (args['kind'] !== undefined) return ofPause(args, partitions);
  const scope = object(given, '/scope');
  if (scope['instances'] !== undefined) {
    only(scope, ['instances']);
    return { kind: 'instances', ids: many(uuid, idsMax)(scope['instances'], '/scope/instances') };
  }
  if (scope['fingerprint'] !== undefined) {
    only(scope, ['fingerprint']);
    const fingerprint = text(64)(scope['fingerprint'], '/scope/fingerprint');
    if (!/^([0-9a-f]{2})+$/.test(fingerprint))
      throw problem('invalid-request', { at: '/scope/fingerprint', reason: 'expected hexadecimal' });
    return { kind: 'fingerprint', fingerprint };
  }
  only(scope, ['chain', 'state', 'gemeente', 'node']);
  const read = ['chain', 'state', 'gemeente', 'node'].flatMap((name) =>
    scope[name] === undefined ? [] : [[name, text(64)(scope[name], `/scope/${name}`)] as const],
  );
  if (read.length === 0) throw problem('invalid-request', { at: '/scope', reason: 'names nothing' });
  return { kind: 'query', ...Object.fromEntries(read) };
}

function ofPause({ kind, key }: Readonly<Record<string, unknown>>, partitions: number): OrderScope {
  if (!pauseKinds.includes(String(kind)))
    throw problem('invalid-request', { at: '/args/kind', reason: `expected one of ${pauseKinds.join(', ')}` });
  const every = Array.from({ length: partitions }, (_, part) => part);
  if (kind !== 'partition') return { kind: 'partitions', parts: every };
  const part = Number(key);
  if (!every.includes(part))
    throw problem('invalid-request', { at: '/args/key', reason: `expected 0 to ${partitions - 1}` });
  return { kind: 'partitions', parts: [part] };
}
