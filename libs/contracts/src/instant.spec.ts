import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dateOf, dayMax, dayMin, daysOf, instantOf, microsMax, microsMin, microsOf, toInstant } from './instant.js';

describe('dates', () => {
  it('are the same days as Date counts', () => {
    fc.assert(
      fc.property(fc.integer({ min: dayMin, max: dayMax }), (days) => {
        const text = new Date(days * 86_400_000).toISOString().slice(0, 10);
        expect(dateOf(days)).toBe(text);
        expect(daysOf(text)).toBe(days);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '2026-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '0000-01-01',
    '2026-1-01',
    '2026-01-01T00',
    '26-01-01',
    '2026/01/01',
    '',
    '２026-01-01',
  ])('refuse %j, which no calendar knows', (text) => expect(daysOf(text)).toBeUndefined());

  it('know 29 February of a leap year only', () => {
    expect(daysOf('2024-02-29')).toBe(19_782);
    expect(daysOf('2000-02-29')).toBe(11_016);
    expect(daysOf('1900-02-29')).toBeUndefined();
  });
});

describe('instants', () => {
  it('come back to the microsecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: microsMin, max: microsMax }), (micros) =>
        expect(microsOf(instantOf(micros))).toBe(micros),
      ),
      { numRuns: 2000 },
    );
  });

  it('are written as Date writes them when there are only milliseconds', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1700-01-01'), max: new Date('2255-01-01'), noInvalidDate: true }),
        (date) => {
          expect(instantOf(date.getTime() * 1000)).toBe(date.toISOString());
          expect(microsOf(date.toISOString())).toBe(date.getTime() * 1000);
        },
      ),
    );
  });

  it.each([
    ['2025-04-18T11:52:12+02:00', '2025-04-18T09:52:12.000Z'],
    ['2024-11-28T10:17:18.502694+01:00', '2024-11-28T09:17:18.502694Z'],
    ['2025-01-01T00:30:00-00:30', '2025-01-01T01:00:00.000Z'],
    ['1969-12-31T23:59:59.999999Z', '1969-12-31T23:59:59.999999Z'],
    ['2025-04-18T09:52:12.5955390Z', '2025-04-18T09:52:12.595539Z'],
  ])('read %s as %s', (text, utc) => expect(instantOf(microsOf(text)!)).toBe(utc));

  it('refuse a seventh decimal, unless they are asked to cut it', () => {
    expect(microsOf('2025-04-18T11:52:12.5955391+02:00')).toBeUndefined();
    expect(toInstant('2025-04-18T11:52:12.5955391+02:00')).toBe('2025-04-18T09:52:12.595539Z');
  });

  it.each([
    '2025-04-18 11:52:12Z',
    '2025-04-18T11:52:12',
    '2025-04-18T11:52Z',
    '2025-04-18T24:00:00Z',
    '2025-04-18T11:52:60Z',
    '2025-04-18T11:52:12.Z',
    '2025-04-18T11:52:12z',
    '2025-04-18T11:52:12+0200',
    '2025-04-18T11:52:12+24:00',
    '2025-02-30T11:52:12Z',
    '2025-04-18T11:52:12Zx',
    '9999-01-01T00:00:00Z',
    '',
    'T',
  ])('refuse %j', (text) => {
    expect(microsOf(text)).toBeUndefined();
    expect(toInstant(text)).toBeUndefined();
  });
});
