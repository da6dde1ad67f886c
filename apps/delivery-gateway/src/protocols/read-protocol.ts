import type { JsonObject } from '@kruispunt/nest';
import type { Protocol } from '@kruispunt/policy';
import { problem, type Problem } from '@kruispunt/problem';
import { only } from '../subscriptions/read-wish.js';

const channels = ['WEBHOOK', 'PULL', 'KAFKA', 'FILE'];
const members = [
  'parties',
  'hoedanigheid',
  'purpose',
  'legalGround',
  'eventTypes',
  'fieldsPerType',
  'fetchFields',
  'territory',
  'subjectScope',
  'validFrom',
  'validTo',
  'channels',
  'replaces',
  'reason',
  'dryRun',
];

const wrong = (at: string, reason: string): Problem => problem('invalid-request', { at, reason });
const isTexts = (v: unknown): v is readonly string[] =>
  Array.isArray(v) && v.length <= 1_000 && v.every((t) => typeof t === 'string' && t !== '' && t.length <= 300);
const isLists = (v: unknown): v is Readonly<Record<string, readonly string[]>> =>
  typeof v === 'object' && v !== null && !Array.isArray(v) && Object.values(v).every(isTexts);
const isDate = (v: unknown): v is string => typeof v === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(v);

/** A protocol as it is proposed, checked part by part. Throws `invalid-request` with the place. */
export function readProtocol(id: string, version: string, body: JsonObject): Protocol {
  only(body, members);
  if (!/^[\w.-]{1,100}$/.test(id)) throw wrong('id', 'letters, digits, . _ -');
  if (!/^[1-9]\d{0,5}$/.test(version)) throw wrong('version', 'a whole number from 1');
  const checks: readonly (readonly [name: string, fits: boolean, expected: string])[] = [
    ['parties', isParties(body['parties']), 'a list of {organisation, namens?}'],
    ...(['hoedanigheid', 'purpose', 'legalGround'] as const).map(
      (name) => [name, typeof body[name] === 'string' && body[name] !== '', 'a text'] as const,
    ),
    ['eventTypes', isTexts(body['eventTypes']), 'a list of event types'],
    ['fieldsPerType', isLists(body['fieldsPerType']), 'fields per event type'],
    ['fetchFields', isLists(body['fetchFields'] ?? {}), 'fields per document'],
    ['territory', body['territory'] === 'all' || isTexts(body['territory']), '"all" or a list of NIS codes'],
    ['subjectScope', body['subjectScope'] === 'all' || body['subjectScope'] === 'registered', '"all" or "registered"'],
    ['validFrom', isDate(body['validFrom']), 'YYYY-MM-DD'],
    ['validTo', body['validTo'] == null || isDate(body['validTo']), 'YYYY-MM-DD or null'],
    [
      'channels',
      (body['channels'] ?? 'all') === 'all' ||
        (isTexts(body['channels']) && body['channels'].every((c) => channels.includes(c))),
      `"all" or a list of ${channels.join(', ')}`,
    ],
  ];
  const odd = checks.find(([, fits]) => !fits);
  if (odd) throw wrong(`/${odd[0]}`, `expected ${odd[2]}`);
  const {
    reason: _,
    replaces: __,
    dryRun: ___,
    fetchFields = {},
    validTo = null,
    channels: through = 'all',
    ...rest
  } = body;
  return {
    ...rest,
    fetchFields,
    validTo,
    channels: through,
    id,
    version: Number(version),
    withdrawn: false,
  } as unknown as Protocol;
}

/** The version whose place a proposed one takes. Throws `invalid-request`. */
export function readReplaces(version: string, body: JsonObject): number | undefined {
  const { replaces } = body;
  if (replaces === undefined || replaces === null) return undefined;
  if (typeof replaces !== 'number' || !Number.isInteger(replaces) || replaces < 1 || replaces >= Number(version))
    throw wrong('/replaces', 'expected an earlier version');
  return replaces;
}

/** A version number of a path. Throws `not-found`, for there is none by another name. */
export function readVersion(version: string): number {
  if (!/^[1-9]\d{0,5}$/.test(version)) throw problem('not-found', { at: 'version' });
  return Number(version);
}

function isParties(json: unknown): boolean {
  if (!Array.isArray(json) || json.length === 0) return false;
  return json.every((party: unknown) => {
    const { organisation, namens } = (party ?? {}) as { organisation?: unknown; namens?: unknown };
    return typeof organisation === 'string' && organisation !== '' && (namens === undefined || isTexts(namens));
  });
}
