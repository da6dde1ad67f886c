import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Rehearsal } from '@kruispunt/chain-author';
import { firstBroken, fold, instanceId } from '@kruispunt/chain-engine';
import { ev } from '@kruispunt/contracts';
import { dueAt, startOfDay, type CivilDate } from '@kruispunt/term';
import { huwelijk, type Huwelijk } from './huwelijk.js';

interface Case {
  readonly id: string;
  readonly gegeven: readonly (readonly [string, CivilDate])[];
  readonly verwacht: { readonly vroegste: CivilDate; readonly uiterste: CivilDate };
}

const data = process.env['KRUISPUNT_DATA'] ?? new URL('../../../../../shared/data', import.meta.url).pathname;
const file = `${data}/terms/cases.ndjson`;
const cases: Case[] = existsSync(file)
  ? readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Case)
      .filter((c) => c.id.startsWith('HW'))
  : [];

const definition = huwelijk({ datarefBase: '/v1/personen' });
const morning = (date: CivilDate) => startOfDay(date) + 9 * 3_600_000;
const pair = ['p1.a', 'p1.b'];
const aangifte = (aangiftedatum: CivilDate, more: object = {}) => ({
  akteReferentie: 'AANGIFTE-1',
  aangiftedatum,
  vroegsteDatum: aangiftedatum,
  uitersteDatum: aangiftedatum,
  uitgesteld: false,
  betrokkenen: pair,
  gemeenteNis: '24055',
  tijdstipRegistratie: `${aangiftedatum}T08:00:00.000Z`,
  ...more,
});
const akte = (on: CivilDate, persons: readonly string[] = pair) => ({
  akteReferentie: `AKTE-${on}`,
  akteType: 'HUWELIJK',
  gebeurtenisdatum: on,
  ondertekendOp: `${on}T13:00:00.000Z`,
  gemeenteNis: '24055',
  woonplaatsNis: null,
  betrokkenen: persons.map((subjectPseudoniem) => ({ rol: 'ECHTGENOOT', subjectPseudoniem })),
  wachtOpIdentificatie: false,
  tijdstipRegistratie: `${on}T13:00:00.000Z`,
});
const declared = (on: CivilDate, more: object = {}) =>
  new Rehearsal([definition], morning(on)).give('HuwelijkAangegevenV1', aangifte(on, more));
const state = (s: Rehearsal) => s.states.get(instanceId('huwelijk', 'AANGIFTE-1'))!;
const vars = (s: Rehearsal) => state(s).vars as Huwelijk;
const mutations = (s: Rehearsal) =>
  s.published
    .filter((p) => p.type === ev.GegevenGemuteerdV1.type)
    .map((p) => [p.data['subjectPseudoniem'], p.data['informatietype']]);

describe('huwelijk', () => {
  it.each(cases.map((c) => [c.id, c] as const))('%s: has a window of 14 days and then 6 months', (_, c) => {
    const s = declared(c.gegeven[0]?.[1] ?? '');
    expect([vars(s).vroegste, vars(s).uiterste]).toEqual([c.verwacht.vroegste, c.verwacht.uiterste]);
    s.advanceTo(dueAt(c.verwacht.uiterste) - 1);
    expect(state(s).toestand).toBe('VensterOpen');
    expect(state(s.advanceTo(dueAt(c.verwacht.uiterste))).toestand).toBe('Vervallen');
  });

  it.each(['2026-08-31', '2027-02-28'])('tells the civil status of both after an act of %s', (on) => {
    const s = declared('2026-08-17')
      .advanceTo(morning(on) + 5 * 3_600_000)
      .give('AkteOndertekendV1', akte(on));
    expect([state(s).toestand, mutations(s)]).toEqual([
      'Gehuwd',
      [
        ['p1.a', 'IT120'],
        ['p1.b', 'IT120'],
      ],
    ]);
    const rows = s.histories.get(state(s).id)!;
    expect([fold(definition, rows), firstBroken(rows)]).toEqual([state(s), undefined]);
    const types = new Map(Object.values(ev).map((e) => [e.type, e]));
    for (const p of s.published) expect([p.type, types.get(p.type)?.codec.check(p.data).ok]).toEqual([p.type, true]);
  });

  it.each(['2026-08-30', '2027-03-01'])('lets a person decide on an act of %s, outside the window', (on) => {
    const s = declared('2026-08-17').advanceTo(morning(on)).give('AkteOndertekendV1', akte(on));
    expect([state(s).toestand, Object.keys(state(s).tasks), mutations(s)]).toEqual(['BuitenVenster', ['venster'], []]);
  });

  it('still takes an act of inside the window that comes in after its end, and closes when none does', () => {
    const s = declared('2026-08-17').advanceTo(morning('2027-03-05')).give('AkteOndertekendV1', akte('2027-02-26'));
    expect(state(s).toestand).toBe('Gehuwd');
    const t = declared('2026-08-17').advanceTo(morning('2027-04-05'));
    expect([state(t).toestand, state(t).status]).toEqual(['Vervallen', 'ENDED']);
  });

  it('knows the pair, not one of them', () => {
    const s = declared('2026-08-17').advanceTo(morning('2026-09-05'));
    s.give('AkteOndertekendV1', akte('2026-09-05', ['p1.a', 'p1.c']));
    expect([state(s).toestand, mutations(s)]).toEqual(['VensterOpen', []]);
  });

  it('stands still while the registrar postpones, and goes on with the days that were left', () => {
    const s = declared('2026-08-17').advanceTo(morning('2026-08-21'));
    const postponed = { uitgesteld: true, tijdstipRegistratie: '2026-08-21T08:00:00.000Z' };
    s.give('HuwelijkAangegevenV1', aangifte('2026-08-17', postponed)).advanceTo(morning('2026-10-20'));
    expect([state(s).toestand, state(s).timers]).toEqual(['Uitgesteld', {}]);
    s.give('HuwelijkAangegevenV1', aangifte('2026-08-17', { tijdstipRegistratie: '2026-10-20T08:00:00.000Z' }));
    expect([state(s).toestand, vars(s).vroegste, vars(s).uiterste]).toEqual(['Aangegeven', '2026-10-30', '2027-04-30']);
    s.advanceTo(morning('2026-11-10'));
    const again = { uitgesteld: true, tijdstipRegistratie: '2026-11-10T08:00:00.000Z' };
    s.give('HuwelijkAangegevenV1', aangifte('2026-08-17', again)).advanceTo(morning('2026-11-20'));
    s.give('HuwelijkAangegevenV1', aangifte('2026-08-17', { tijdstipRegistratie: '2026-11-20T08:00:00.000Z' }));
    expect([state(s).toestand, vars(s).vroegste, vars(s).uiterste]).toEqual([
      'VensterOpen',
      '2026-10-30',
      '2027-05-09',
    ]);
  });

  it('is told once, however often the declaration is', () => {
    const s = declared('2026-08-17').give('HuwelijkAangegevenV1', aangifte('2026-08-17'));
    expect([s.states.size, s.histories.get(state(s).id)?.at(-1)?.reason]).toEqual([1, 'al gestart']);
  });
});

describe('a marriage that is annulled', () => {
  const married = () =>
    declared('2026-08-17').advanceTo(morning('2026-09-05')).give('AkteOndertekendV1', akte('2026-09-05'));
  const annulled = (grond: string) => ({
    ...{ akteReferentie: 'AKTE-2026-09-05', grond, uitspraakOp: '2027-03-01', uitspraakRef: null },
    tijdstipRegistratie: '2027-03-01T10:00:00.000Z',
  });
  const told = (s: Rehearsal) =>
    s.published
      .filter((p) => p.type === ev.GegevenGemuteerdV1.type)
      .map((p) => `${String(p.data['subjectPseudoniem'])} ${String(p.data['actie'])}`);

  it.each([
    ['NIETIG', 'Nietigverklaard'],
    ['PUTATIEF', 'Putatief'],
  ])('is withdrawn first for both, and only then is told what holds: %s', (grond, toestand) => {
    const s = married();
    const before = s.published.filter((p) => p.type === ev.GegevenGemuteerdV1.type).map((p) => p.id);
    s.advanceTo(morning('2027-03-01')).give('AkteVernietigdV1', annulled(grond));
    expect([state(s).toestand, state(s).status]).toEqual([toestand, 'ENDED']);
    expect(told(s).slice(2)).toEqual(['p1.a GEANNULEERD', 'p1.b GEANNULEERD', 'p1.a GEWIJZIGD', 'p1.b GEWIJZIGD']);
    expect(s.published.find((p) => p.type === ev.KetenGecompenseerdV1.type)?.data['ingetrokken']).toEqual(before);
    const rows = s.histories.get(state(s).id)!;
    expect([fold(definition, rows), firstBroken(rows)]).toEqual([state(s), undefined]);
  });

  it('for a ground nobody knows asks a person, and tells nobody', () => {
    const s = married().give('AkteVernietigdV1', annulled('UITZONDERING'));
    expect([state(s).toestand, Object.keys(state(s).tasks), told(s).length]).toEqual(['Gehuwd', ['vernietiging'], 2]);
  });

  it('waits for its marriage when it comes first', () => {
    const s = declared('2026-08-17').advanceTo(morning('2026-09-05')).give('AkteVernietigdV1', annulled('NIETIG'));
    expect(state(s).toestand).toBe('VensterOpen');
    expect(state(s.give('AkteOndertekendV1', akte('2026-09-05'))).toestand).toBe('Nietigverklaard');
  });

  it('does not answer for a later marriage of one of the two', () => {
    const s = married().give('AkteOndertekendV1', akte('2028-05-05', ['p1.a', 'p1.c']));
    expect(s.histories.get(state(s).id)?.at(-1)?.input).toMatchObject({ name: 'AkteOndertekendV1' });
    expect(
      s.histories.get(state(s).id)?.filter((r) => r.input.kind === 'event' && r.input.name === 'AkteOndertekendV1')
        .length,
    ).toBe(1);
  });
});
