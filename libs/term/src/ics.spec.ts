import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startTerm, type Term } from './term.js';
import { toIcs } from './ics.js';
import { extend, lapse, suspend, type Verdict } from './verbs.js';

const at = Date.UTC(2026, 2, 20, 9, 30);
const done = (verdict: Verdict): Term => {
  if (verdict.kind === 'refused') throw verdict.because;
  return verdict.term;
};
const permit = startTerm({ rule: 'omv.beslissing.gewoon', anchor: '2026-03-20' });
const unfolded = (ics: string) => ics.replaceAll('\r\n ', '');

describe('terms as a calendar', () => {
  it('puts the last day of a term as one whole day, with its explanation', () => {
    const ics = unfolded(toIcs([{ uid: 'omv-1/main', title: 'Beslissing OMV_2026000123', term: permit }], at));
    expect(ics.split('\r\n').slice(0, 11)).toEqual([
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Kruispunt//termijnen//NL',
      'CALSCALE:GREGORIAN',
      'BEGIN:VEVENT',
      'UID:omv-1/main',
      'DTSTAMP:20260320T093000Z',
      'SEQUENCE:0',
      'DTSTART;VALUE=DATE:20260703',
      'DTEND;VALUE=DATE:20260704',
      'SUMMARY:Beslissing OMV_2026000123',
    ]);
    expect(ics).toContain('OVD art. 32\\nfeit op vr 2026-03-20\\; de dag van het feit telt niet\\, de laatste dag wel');
  });

  it('moves the same entry when the term is lengthened', () => {
    const term = done(extend(permit, { on: '2026-06-08', reason: 'ADMINISTRATIEVE_LUS' }));
    const ics = toIcs([{ uid: 'omv-1/main', title: 'Beslissing', term }], at);
    expect([ics.includes('SEQUENCE:1\r\n'), ics.includes('DTSTART;VALUE=DATE:20260901\r\n')]).toEqual([true, true]);
  });

  it('leaves out a term that stands still or has ended', () => {
    const inquiry = startTerm({ rule: 'omv.openbaar-onderzoek', anchor: '2026-04-01' });
    const terms = [
      done(suspend(inquiry, { on: '2026-04-13', reason: 'noodbesluit' })),
      done(lapse(permit, { on: '2026-07-04', reason: 'termijn verstreken' })),
    ];
    expect(
      toIcs(
        terms.map((term, n) => ({ uid: `t-${n}`, title: 't', term })),
        at,
      ),
    ).not.toContain('VEVENT');
  });

  it('folds lines at 75 octets and gives back the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (title) => {
        const ics = toIcs([{ uid: 'u', title: title.replaceAll(/[\r\n]/g, ''), term: permit }], at);
        const short = ics.split('\r\n').every((line) => new TextEncoder().encode(line).length <= 75);
        const summary = unfolded(ics)
          .split('\r\n')
          .find((line) => line.startsWith('SUMMARY:'));
        return short && summary?.slice(8).replaceAll(/\\([\\;,])/g, '$1') === title.replaceAll(/[\r\n]/g, '');
      }),
    );
  });
});
