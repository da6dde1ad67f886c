import type { JsonObject } from '@kruispunt/nest';
import type { OrderScope } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { date, object, only, optional, required, text, uuid, whole } from './read-member.js';
import { readReason, type OrderWish } from './read-order.js';

const verbs = {
  extend: 'extend-term',
  suspend: 'suspend-term',
  resume: 'resume-term',
  're-anchor': 're-anchor-term',
  reproject: 'reproject-term',
} as const;
type Change = keyof typeof verbs;

/**
 * A decree, checked: which running terms (selector), what happens to their clock, on what day, on which article. Never without a legal
 * basis. Throws `invalid-request` with the place, or `reason-required`.
 */
export function readDecree(body: JsonObject): OrderWish {
  only(body, ['id', 'selector', 'change', 'on', 'days', 'calendar', 'basis', 'reason', 'dryRun']);
  const change = String(body['change']);
  if (!Object.hasOwn(verbs, change))
    throw problem('invalid-request', { at: '/change', reason: `expected one of ${Object.keys(verbs).join(', ')}` });
  const basis = required(text(200))(body['basis'], '/basis');
  const days = optional(whole(1, 366))(body['days'], '/days');
  const calendar = optional(text(2_000))(body['calendar'], '/calendar');
  if ((change === 'extend') !== (days !== undefined))
    throw problem('invalid-request', { at: '/days', reason: 'goes with extend, and only with it' });
  if ((change === 'reproject') !== (calendar !== undefined))
    throw problem('invalid-request', { at: '/calendar', reason: 'goes with reproject, and only with it' });
  return {
    id: body['id'] === undefined ? undefined : uuid(body['id'], '/id'),
    verb: verbs[change as Change],
    scope: readSelector(body['selector']),
    args: {
      on: required(date)(body['on'], '/on'),
      ground: basis.slice(0, 120),
      ...(days !== undefined && { days }),
      ...(calendar !== undefined && { calendar }),
    },
    reason: readReason(body),
    basis,
    dryRun: body['dryRun'] === true,
  };
}

function readSelector(given: unknown): OrderScope {
  const selector = object(given, '/selector');
  only(selector, ['rule', 'version', 'chain', 'gemeente', 'state', 'dueFrom', 'dueTo']);
  const state = selector['state'];
  if (state !== undefined && state !== 'running' && state !== 'suspended')
    throw problem('invalid-request', { at: '/selector/state', reason: 'expected running or suspended' });
  const read = <T>(name: string, value: T | undefined) => (value === undefined ? {} : { [name]: value });
  return {
    kind: 'terms',
    rule: required(text(64))(selector['rule'], '/selector/rule'),
    ...(state !== undefined && { state }),
    ...read('version', optional(text(20))(selector['version'], '/selector/version')),
    ...read('chain', optional(text(64))(selector['chain'], '/selector/chain')),
    ...read('gemeente', optional(text(5))(selector['gemeente'], '/selector/gemeente')),
    ...read('dueFrom', optional(date)(selector['dueFrom'], '/selector/dueFrom')),
    ...read('dueTo', optional(date)(selector['dueTo'], '/selector/dueTo')),
  };
}
