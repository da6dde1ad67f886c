import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { absolute, parseTime } from './time.js';

const now = Date.UTC(2026, 10, 24, 12, 30);
const iso = (text: string) => {
  const at = parseTime(text, now);
  return at === undefined ? undefined : new Date(at).toISOString();
};

describe('a time as an operator types it', () => {
  it.each([
    ['now', '2026-11-24T12:30:00.000Z'],
    ['-2h', '2026-11-24T10:30:00.000Z'],
    ['@-1d', '2026-11-23T12:30:00.000Z'],
    ['-90s', '2026-11-24T12:28:30.000Z'],
    ['+1w', '2026-12-01T12:30:00.000Z'],
    ['2026-11-24T10:00', '2026-11-24T09:00:00.000Z'],
    ['2026-07-01 10:00', '2026-07-01T08:00:00.000Z'],
    ['2026-11-24', '2026-11-23T23:00:00.000Z'],
    ['@2026-11-24', '2026-11-23T23:00:00.000Z'],
    ['2026-11-24T10:00:30Z', '2026-11-24T10:00:30.000Z'],
    ['2026-11-24T10:00+05:00', '2026-11-24T05:00:00.000Z'],
    ['gisteren 14:00', '2026-11-23T13:00:00.000Z'],
    ['yesterday 9:05', '2026-11-23T08:05:00.000Z'],
    ['vandaag', '2026-11-23T23:00:00.000Z'],
    ['eergisteren 00:00', '2026-11-21T23:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  it('takes an hour that the clock skips as the hour after, and one that comes twice as the first', () => {
    expect(iso('2026-03-29T02:30')).toBe('2026-03-29T01:30:00.000Z');
    expect(iso('2026-10-25T02:30')).toBe('2026-10-25T00:30:00.000Z');
  });

  it.each([
    '',
    'soon',
    '2h',
    '2026-13-01',
    '2026-02-30',
    '25:00',
    'gisteren 25:00',
    'gisteren 14',
    '-2y',
    '2026-11-24T24:30',
    '24/11/2026',
  ])('"%s" is none', (text) => {
    expect(iso(text)).toBeUndefined();
  });

  it('reads back every minute it wrote, in Brussels or in UTC', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 * 24 * 365 * 20 }), (minutes) => {
        const at = Date.UTC(2020, 0, 1) + minutes * 60_000;
        expect(parseTime(new Date(at).toISOString(), now)).toBe(at);
        const wall = new Date(at).toLocaleString('sv-SE', { timeZone: 'Europe/Brussels' }).slice(0, 16);
        const back = parseTime(wall, now)!;
        expect([0, 3_600_000]).toContain(at - back);
      }),
    );
  });

  it('is echoed back in both', () => {
    expect(absolute(now)).toBe('24/11/2026 13:30:00 Europe/Brussels = 2026-11-24T12:30:00Z');
  });
});
