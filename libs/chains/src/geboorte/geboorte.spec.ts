import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Rehearsal } from '@kruispunt/chain-author';
import { firstBroken, fold, instanceId } from '@kruispunt/chain-engine';
import { ev } from '@kruispunt/contracts';
import { addDays, startOfDay, weekday, type CivilDate } from '@kruispunt/term';
import { geboorte, type Geboorte } from './geboorte.js';

interface Case {
  readonly id: string;
  readonly gegeven: readonly (readonly [string, CivilDate])[];
  readonly verwacht: { readonly uitersteAangifte: CivilDate; readonly dag15: CivilDate; readonly weekdagDag15: string };
}

const data = process.env['KRUISPUNT_DATA'] ?? new URL('../../../../../shared/data', import.meta.url).pathname;
const file = `${data}/terms/cases.ndjson`;
const cases: Case[] = existsSync(file)
  ? readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Case)
      .filter((c) => c.id.startsWith('GB'))
  : [];

const definition = geboorte({ datarefBase: '/v1/personen' });
const morning = (date: CivilDate) => startOfDay(date) + 9 * 3_600_000;
const akte = (geboren: CivilDate, getekend: CivilDate, more: object = {}) => ({
  akteReferentie: 'AKTE-1',
  akteType: 'GEBOORTE',
  gebeurtenisdatum: geboren,
  ondertekendOp: `${getekend}T08:30:00.000Z`,
  gemeenteNis: '24062',
  woonplaatsNis: '24055',
  betrokkenen: [
    { rol: 'KIND', subjectPseudoniem: null },
    { rol: 'OUDER', subjectPseudoniem: 'p1.ouder' },
  ],
  wachtOpIdentificatie: true,
  tijdstipRegistratie: `${getekend}T08:30:00.000Z`,
  ...more,
});
const nummer = (akteReferentie: string, more: object = {}) => ({
  subjectPseudoniem: 'p1.kind',
  soort: 'RIJKSREGISTERNUMMER',
  aanleiding: 'GEBOORTE',
  akteReferentie,
  ingangsdatum: '2026-03-01',
  beheerderNis: '24055',
  bron: 'OVO027248',
  dataref: '/v1/personen/p1.kind?informatietype=IT001',
  tijdstipRegistratie: '2026-03-02T10:00:00.000Z',
  ...more,
});
const born = () =>
  new Rehearsal([definition], morning('2026-03-02')).give('AkteOndertekendV1', akte('2026-03-01', '2026-03-02'));
const state = (s: Rehearsal, reference = 'AKTE-1') => s.states.get(instanceId('geboorte', reference))!;
const mutations = (s: Rehearsal) =>
  s.published.filter((p) => p.type === ev.GegevenGemuteerdV1.type).map((p) => [p.data['informatietype'], p.gemeente]);

describe('geboorte', () => {
  it.each(cases.map((c) => [c.id, c] as const))('%s: is declared by day 15, or the next working day', (_, c) => {
    const geboren = c.gegeven[0]?.[1] ?? '';
    const late = new Rehearsal([definition], morning(addDays(c.verwacht.uitersteAangifte, 1)));
    const s = new Rehearsal([definition], morning(c.verwacht.uitersteAangifte));
    s.give('AkteOndertekendV1', akte(geboren, c.verwacht.uitersteAangifte));
    late.give('AkteOndertekendV1', akte(geboren, addDays(c.verwacht.uitersteAangifte, 1)));
    const vars = state(s).vars as Geboorte;
    expect([vars.uitersteAangifte, vars.tijdig]).toEqual([c.verwacht.uitersteAangifte, true]);
    expect((state(late).vars as Geboorte).tijdig).toBe(false);
    expect([
      addDays(geboren, 15),
      ['ma', 'di', 'wo', 'do', 'vr', 'za', 'zo'][weekday(addDays(geboren, 15)) - 1],
    ]).toEqual([c.verwacht.dag15, c.verwacht.weekdagDag15]);
  });

  it('registers the child where it lives once it has a number', () => {
    const s = born();
    expect([state(s).toestand, mutations(s)]).toEqual(['WachtOpIdentificatie', []]);
    s.give('IdentificatieToegekendV1', nummer('AKTE-1'));
    expect([state(s).toestand, mutations(s)]).toEqual([
      'Ingeschreven',
      [
        ['IT001', '24055'],
        ['IT020', '24055'],
      ],
    ]);
    const rows = s.histories.get(state(s).id)!;
    expect([fold(definition, rows), firstBroken(rows)]).toEqual([state(s), undefined]);
    const types = new Map(Object.values(ev).map((e) => [e.type, e]));
    for (const p of s.published) expect([p.type, types.get(p.type)?.codec.check(p.data).ok]).toEqual([p.type, true]);
  });

  it('asks somebody to look when the number does not come, and registers when it does', () => {
    const s = born().advanceTo(morning('2026-03-04'));
    expect([Object.values(state(s).tasks)[0]?.reden, state(s).status]).toEqual(['GEEN_IDENTIFICATIE', 'OPEN']);
    s.give('IdentificatieToegekendV1', nummer('AKTE-1'));
    expect([state(s).toestand, state(s).tasks['identificatie']]).toEqual(['Ingeschreven', undefined]);
  });

  it('tells two births of one place and minute apart by their acts, and keeps a number that comes first', () => {
    const s = new Rehearsal([definition], morning('2026-03-02'))
      .give('IdentificatieToegekendV1', nummer('AKTE-2', { subjectPseudoniem: 'p1.tweede' }))
      .give('AkteOndertekendV1', akte('2026-03-01', '2026-03-02'))
      .give('AkteOndertekendV1', akte('2026-03-01', '2026-03-02', { akteReferentie: 'AKTE-2' }));
    expect([state(s).toestand, state(s, 'AKTE-2').toestand]).toEqual(['WachtOpIdentificatie', 'Ingeschreven']);
  });

  it.each(['LEVENLOOS_KIND', 'OVERLIJDEN', 'HUWELIJK'])('starts nothing for an act of %s', (akteType) => {
    const s = new Rehearsal([definition], morning('2026-03-02'));
    s.give('AkteOndertekendV1', akte('2026-03-01', '2026-03-02', { akteType })).advanceTo(morning('2026-06-01'));
    expect([s.states.size, s.published]).toEqual([0, []]);
  });

  it('ends when each who pays or cares confirmed that it heard, and looks for the one that does not', () => {
    const receivers = { groeipakket: 'groeipakket', ziekenfonds: 'ziekenfonds', opgroeien: 'opgroeien' };
    const s = born().give('IdentificatieToegekendV1', nummer('AKTE-1'));
    const open = () => Object.entries(state(s).tasks).map(([name, t]) => [name.split('@')[0], t.role] as const);
    expect(Object.fromEntries(open())).toEqual(receivers);
    const answer = (taak: string) => {
      const [, task] = Object.entries(state(s).tasks).find(([name]) => name.split('@')[0] === taak)!;
      s.give('TaakAfgehandeldV1', {
        ...{ procesId: state(s).id, taakId: task.id, taak, taakrol: task.role, uitkomst: 'ONTVANGEN' },
        ...{ afgehandeldOp: '2026-03-03', besluitRef: null, tijdstipRegistratie: '2026-03-03T09:00:00.000Z' },
      });
    };
    answer('groeipakket');
    answer('opgroeien');
    s.advanceTo(morning('2026-03-20'));
    expect(
      open()
        .map(([name]) => name)
        .sort(),
    ).toEqual(['ontvangst-ziekenfonds', 'ziekenfonds']);
    answer('ziekenfonds');
    expect([state(s).toestand, state(s).status, open()]).toEqual(['Ingeschreven', 'ENDED', []]);
  });
});
