import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { addDays, weekday } from './civil-date.js';
import { dueDate } from './due-date.js';
import { startTerm, type Term } from './term.js';
import { extend, resume, suspend, type Verdict } from './verbs.js';

type Given = readonly [string, ...unknown[]];
interface Case {
  readonly id: string;
  readonly titel: string;
  readonly gegeven: readonly Given[];
  readonly verwacht: Record<string, unknown>;
}

const data = process.env['KRUISPUNT_DATA'] ?? new URL('../../../../shared/data', import.meta.url).pathname;
const file = `${data}/terms/cases.ndjson`;
const cases: Case[] = existsSync(file)
  ? readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Case)
  : [];
const only = (prefix: RegExp) => cases.filter((c) => prefix.test(c.id));

const on = (c: Case, what: string) => String(c.gegeven.find(([kind]) => kind === what)?.[1]);
const all = (c: Case, what: string) => c.gegeven.filter(([kind]) => kind === what);
const words = (c: Case) => JSON.stringify(c.gegeven);
const done = (v: Verdict): Term => {
  if (v.kind === 'refused') throw v.because;
  return v.term;
};

/** The decision term of a permit, with the extensions that were told; the reasons of those that the law refuses. */
function decision(c: Case, first: Term): { readonly term: Term; readonly refused: readonly unknown[] } {
  const refused: unknown[] = [];
  let term = first;
  for (const [, told, reason] of all(c, 'termijn-verlengd')) {
    const verdict = extend(term, { on: String(told), reason: String(reason) });
    if (verdict.kind === 'refused') refused.push(verdict.because.fields['reason']);
    else term = verdict.term;
  }
  return { term, refused };
}

function permitTerm(c: Case): Term {
  if (all(c, 'beroep-volledig').length > 0)
    return startTerm({ rule: 'omv.beroepsbeslissing.gewoon', anchor: on(c, 'beroep-volledig') });
  const rule = words(c).includes('VEREENVOUDIGD')
    ? 'vereenvoudigd'
    : words(c).includes('commissieVereist')
      ? 'commissie'
      : 'gewoon';
  const silent =
    dueDate(
      startTerm({ rule: 'omv.volledigheid', anchor: on(c, 'aanvraag-ingediend').replace('undefined', '2026-01-01') }),
    ) ?? '';
  const anchor = all(c, 'volledigheid-beoordeeld').length > 0 ? on(c, 'volledigheid-beoordeeld') : silent;
  return startTerm({ rule: `omv.beslissing.${rule}`, anchor });
}

describe('the term cases of the law', () => {
  it.each(only(/^GB/).map((c) => [c.id, c] as const))(
    '%s: a birth is declared by day 15, or the next working day',
    (_, c) => {
      expect(dueDate(startTerm({ rule: 'geboorte.aangifte', anchor: on(c, 'geboorte') }))).toBe(
        c.verwacht['uitersteAangifte'],
      );
      expect(addDays(on(c, 'geboorte'), 15)).toBe(c.verwacht['dag15']);
      expect(['ma', 'di', 'wo', 'do', 'vr', 'za', 'zo'][weekday(addDays(on(c, 'geboorte'), 15)) - 1]).toBe(
        c.verwacht['weekdagDag15'],
      );
    },
  );

  it.each(only(/^HW/).map((c) => [c.id, c] as const))(
    '%s: a marriage has a window of 14 days and then 6 months',
    (_, c) => {
      const earliest = dueDate(startTerm({ rule: 'huwelijk.wachttijd', anchor: on(c, 'huwelijk-aangegeven') })) ?? '';
      expect(earliest).toBe(c.verwacht['vroegste']);
      expect(dueDate(startTerm({ rule: 'huwelijk.venster', anchor: earliest }))).toBe(c.verwacht['uiterste']);
    },
  );

  const decided = only(/^OV-(0[1-9]|1[0178])$/).filter((c) => c.verwacht['einddatum'] !== undefined);
  it.each(decided.map((c) => [c.id, c.titel, c] as const))('%s: %s', (_, __, c) => {
    const { term, refused } = decision(c, permitTerm(c));
    expect(dueDate(term)).toBe(c.verwacht['einddatum']);
    if (c.verwacht['geweigerd'] !== undefined) expect(refused).toEqual([c.verwacht['geweigerd']]);
    if (c.verwacht['klokStart'] !== undefined) expect(addDays(term.anchor, 1)).toBe(c.verwacht['klokStart']);
  });

  it.each(only(/^OV-(05|06|07|11)$/).map((c) => [c.id, c.titel, c] as const))('%s: %s (the day itself)', (_, __, c) => {
    const { term } = decision(c, permitTerm(c));
    const decidedOn =
      all(c, 'beslissing-genomen').length > 0
        ? on(c, 'beslissing-genomen')
        : on(c, 'timer').replace('undefined', '2026-07-04');
    const late = decidedOn > (dueDate(term) ?? '');
    expect(late).toBe(c.verwacht['buitenTermijn'] ?? c.verwacht['toestand'] === 'StilzwijgendGeweigerd');
  });

  it.each(only(/^OV-1[23]$/).map((c) => [c.id, c.titel, c] as const))('%s: %s', (_, __, c) => {
    let term = startTerm({ rule: 'omv.openbaar-onderzoek', anchor: on(c, 'openbaar-onderzoek') });
    for (const [, day, what] of all(c, 'openbaar-onderzoek')) {
      if (what === 'GESCHORST') term = done(suspend(term, { on: String(day), reason: 'noodbesluit' }));
      if (what === 'HERVAT') term = done(resume(term, { on: String(day), reason: 'noodbesluit' }));
    }
    expect(dueDate(term)).toBe(c.verwacht['einddatum']);
  });

  it.each(only(/^OV-1[456]$/).map((c) => [c.id, c.titel, c] as const))('%s: %s', (_, __, c) => {
    const posted = on(c, 'beslissing-bekendgemaakt');
    const appealUntil = dueDate(startTerm({ rule: 'omv.beroep', anchor: posted })) ?? '';
    if (c.verwacht['beroepTot'] !== undefined) expect(appealUntil).toBe(c.verwacht['beroepTot']);
    if (c.verwacht['uitvoerbaarVanaf'] !== undefined)
      expect(addDays(dueDate(startTerm({ rule: 'omv.wachttijd', anchor: posted })) ?? '', 1)).toBe(
        c.verwacht['uitvoerbaarVanaf'],
      );
    if (all(c, 'beroep-ingesteld').length > 0)
      expect(on(c, 'beroep-ingesteld') > appealUntil).toBe(c.verwacht['beroep'] === 'laattijdig');
  });

  it('has read the cases where they are there', () => {
    expect(cases.length === 0 || cases.length >= 35).toBe(true);
  });
});
