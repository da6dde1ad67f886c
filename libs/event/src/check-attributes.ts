import { problem } from '@kruispunt/problem';
import type { Envelope } from './envelope.js';
import { attributeNames } from './headers.js';
import { findInsz, maskInsz } from './insz.js';
import { isRfc3339 } from './rfc3339.js';
import type { Refused } from './strict-json.js';
import { subjectKey } from './subject-key.js';

/** The context attributes of an event that came in; `time` may still be missing (the gateway fills it in). */
export type Attributes = Omit<Envelope, 'data' | 'time'> & { readonly time?: string };

// `source` and `id` are an index key in Postgres, which takes 2 704 bytes at most: 256 + 4 × 256 fit.
const idCharsMax = 256;
const valueCharsMax = 1_024;
const nameCharsMax = 20;

type Rule = (value: string) => string | undefined;
const uriReference: Rule = (v) =>
  /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/.test(v) ? undefined : 'not a URI reference (RFC 3986)';
const absoluteUri: Rule = (v) => (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(v) ? uriReference(v) : 'not an absolute URI');
const atMost =
  (max: number): Rule =>
  (v) =>
    v.length <= max ? undefined : `longer than ${max} characters`;
const shaped =
  (pattern: RegExp, reason: string): Rule =>
  (v) =>
    pattern.test(v) ? undefined : reason;

const rules: Readonly<Record<string, readonly Rule[]>> = {
  specversion: [shaped(/^1\.0$/, 'only 1.0 is spoken here')],
  id: [atMost(idCharsMax)],
  source: [uriReference, atMost(idCharsMax)],
  type: [shaped(/^[A-Za-z0-9._-]+$/, 'not the name of a type')],
  subject: [uriReference, (v) => (subjectKey(v) === '' ? 'ends in a separator, so it gives no key' : undefined)],
  time: [(v) => (isRfc3339(v) ? undefined : 'not an RFC 3339 instant')],
  dataschema: [absoluteUri],
  dataref: [uriReference],
  kpgemeentenis: [shaped(/^\d{5}$/, 'not a NIS code of five digits')],
  traceparent: [shaped(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/, 'not a W3C traceparent')],
};
const required = ['specversion', 'id', 'source', 'type', 'subject'] as const;
const known = new Set<string>(attributeNames);
// Checked for their form, which holds no free text, and full of digits by nature.
const withoutInszSearch = new Set(['time', 'traceparent']);

/**
 * Checks context attributes by the rules of CloudEvents 1.0 §3 and Kruispunt's profile: `subject` is required (it is the key), and only
 * the extensions on the list are taken. Null means absent. Refuses with `invalid-envelope` or `insz-in-context`, `at` naming the attribute.
 */
export function checkAttributes(
  given: Readonly<Record<string, unknown>>,
): { readonly kind: 'attributes'; readonly attributes: Attributes } | Refused {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue;
    const wrong = typeof value === 'string' ? checkOne(name, value) : refuse(name, 'must be a text');
    if (wrong !== undefined) return wrong;
    attributes[name] = value as string;
  }
  const missing = required.find((name) => attributes[name] === undefined);
  if (missing !== undefined) return refuse(missing, 'is required');
  return { kind: 'attributes', attributes: attributes as unknown as Attributes };
}

function checkOne(name: string, value: string): Refused | undefined {
  if (holdsInsz(name, value)) return { kind: 'refused', because: problem('insz-in-context', { at: maskInsz(name) }) };
  if (!/^[a-z0-9]+$/.test(name)) return refuse(name, 'attribute names are lower-case letters and digits');
  if (name.length > nameCharsMax) return refuse(name, `attribute names have at most ${nameCharsMax} characters`);
  if (!known.has(name))
    return refuse(name, `not an attribute Kruispunt carries; it carries ${attributeNames.join(', ')}`);
  if (value === '') return refuse(name, 'must not be empty');
  if (/[\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/.test(value) || !value.isWellFormed())
    return refuse(name, 'holds a character that CloudEvents forbids');
  const reason = [atMost(valueCharsMax), ...(rules[name] ?? [])]
    .map((rule) => rule(value))
    .find((r) => r !== undefined);
  return reason === undefined ? undefined : refuse(name, reason);
}

function holdsInsz(name: string, value: string): boolean {
  if (findInsz(name).length > 0) return true;
  if (withoutInszSearch.has(name) && rules[name]?.every((rule) => rule(value) === undefined)) return false;
  return findInsz(value).length > 0 || (value.includes('%') && findInsz(unescaped(value)).length > 0);
}

function unescaped(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const refuse = (name: string, reason: string): Refused => ({
  kind: 'refused',
  because: problem('invalid-envelope', { at: maskInsz(name.slice(0, 64)), reason }),
});
