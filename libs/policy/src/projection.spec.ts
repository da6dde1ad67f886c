import { describe, expect, it } from '@jest/globals';
import { eventTypes } from '@kruispunt/contracts';
import fc from 'fast-check';
import { isAddressField } from './non-disclosable.js';
import { projectFields } from './project-fields.js';
import { projectionOf } from './projection.js';
import type { Protocol } from './protocol.js';

const protocolOf = (type: string, fields: readonly string[]): Protocol => ({
  id: 'P',
  version: 1,
  parties: [],
  hoedanigheid: 'h',
  purpose: 'p',
  legalGround: 'l',
  eventTypes: [type],
  fieldsPerType: { [type]: fields },
  fetchFields: {},
  territory: 'all',
  subjectScope: 'all',
  validFrom: '2020-01-01',
  validTo: null,
  channels: 'all',
  withdrawn: false,
});
const anyCase = fc.constantFrom(...eventTypes).chain((type) => {
  const names = type.fields.map(({ name }) => name);
  return fc.tuple(
    fc.constant(type),
    fc.subarray([...names, '*', 'noSuchField', 'toString', '__proto__']),
    fc.option(fc.subarray(names), { nil: undefined }),
  );
});

describe('a compiled projection', () => {
  it('is, for every type and any list of fields, what the protocol lists and the subscriber wants, and nothing else', () => {
    fc.assert(
      fc.property(anyCase, ([type, listed, wish]) => {
        const { fields, withoutAddress } = projectionOf(protocolOf(type.type, listed), type, wish);
        const all = type.klasse === 'OPEN' && listed.includes('*');
        const naive = type.fields
          .map(({ name }) => name)
          .filter((name) => (all || listed.includes(name)) && (wish === undefined || wish.includes(name)));
        expect(fields).toEqual(naive);
        const addresses = type.fields.filter(isAddressField).map(({ name }) => name);
        expect(withoutAddress).toEqual(naive.filter((name) => !addresses.includes(name)));
      }),
    );
  });

  it('lets, for every type, only the values of its fields through: each field a canary', () => {
    fc.assert(
      fc.property(anyCase, ([type, listed, wish]) => {
        const { fields } = projectionOf(protocolOf(type.type, listed), type, wish);
        const canary = (name: string) => `kanarie-${name}-${'x'.repeat(3)}`;
        const stowaways = { extra: canary('extra'), toString: canary('toString') };
        const payload = { ...Object.fromEntries(type.fields.map(({ name }) => [name, canary(name)])), ...stowaways };
        const out = projectFields(type, payload, fields) as Record<string, unknown>;
        expect(Object.entries(out)).toEqual(fields.map((name) => [name, canary(name)]));
        const text = JSON.stringify(out);
        for (const name of Object.keys(payload)) if (!fields.includes(name)) expect(text).not.toContain(canary(name));
      }),
    );
  });

  it('is compiled once: the same protocol, type and wish give the same one; a new text gives another', () => {
    const [type] = eventTypes;
    const [law, wish] = [protocolOf(type!.type, ['*']), ['x']];
    expect(projectionOf(law, type!, wish)).toBe(projectionOf(law, type!, wish));
    expect(projectionOf(law, type!, undefined)).not.toBe(projectionOf(law, type!, wish));
    expect(projectionOf({ ...law }, type!, wish)).not.toBe(projectionOf(law, type!, wish));
  });
});
