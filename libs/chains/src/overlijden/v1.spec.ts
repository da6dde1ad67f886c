import { describe, expect, it } from '@jest/globals';
import { Rehearsal } from '@kruispunt/chain-author';
import { firstBroken, fold, instanceId } from '@kruispunt/chain-engine';
import { ev } from '@kruispunt/contracts';
import { startOfDay } from '@kruispunt/term';
import { overlijden } from './v1.js';

const definition = overlijden({ datarefBase: '/v1/personen' });
const now = startOfDay('2026-03-02') + 9 * 3_600_000;
const akte = (persoon: string | null, more: object = {}) => ({
  akteReferentie: 'AKTE-9',
  akteType: 'OVERLIJDEN',
  gebeurtenisdatum: '2026-03-01',
  ondertekendOp: '2026-03-02T07:00:00.000Z',
  gemeenteNis: '24062',
  woonplaatsNis: '24055',
  betrokkenen: [{ rol: 'OVERLEDENE', subjectPseudoniem: persoon }],
  wachtOpIdentificatie: false,
  tijdstipRegistratie: '2026-03-02T07:00:00.000Z',
  ...more,
});
const herroepen = (subjectPseudoniem: string) => ({
  subjectPseudoniem,
  akteReferentie: 'AKTE-9',
  reden: 'VERKEERDE_PERSOON',
  herroepenOp: '2026-03-05',
  beheerderNis: '24055',
  bron: 'OVO027248',
  dataref: '/v1/personen/x?informatietype=IT001',
  tijdstipRegistratie: '2026-03-05T07:00:00.000Z',
});
const died = (persoon: string | null = 'p1.a') =>
  new Rehearsal([definition], now).give('AkteOndertekendV1', akte(persoon));
const state = (s: Rehearsal) => s.states.get(instanceId('overlijden', 'AKTE-9'))!;
const mutations = (s: Rehearsal) =>
  s.published
    .filter((p) => p.type === ev.GegevenGemuteerdV1.type)
    .map((p) => [p.data['informatietype'], p.data['actie']].join(' '));

describe('version 1 of overlijden, for who still runs under it', () => {
  it('tells that the file and the death of the person changed', () => {
    expect([state(died()).toestand, mutations(died())]).toEqual(['Overleden', ['IT001 GEWIJZIGD', 'IT150 GEWIJZIGD']]);
  });

  it('takes back what it told when the death is revoked', () => {
    const s = died();
    const before = s.published.filter((p) => p.type === ev.GegevenGemuteerdV1.type).map((p) => p.id);
    s.give('OverlijdenHerroepenV1', herroepen('p1.a'));
    expect([state(s).toestand, mutations(s).slice(2)]).toEqual([
      'Herroepen',
      ['IT001 GEANNULEERD', 'IT150 GEANNULEERD'],
    ]);
    expect(s.published.find((p) => p.type === ev.KetenGecompenseerdV1.type)?.data['ingetrokken']).toEqual(before);
    const rows = s.histories.get(state(s).id)!;
    expect([fold(definition, rows), firstBroken(rows)]).toEqual([state(s), undefined]);
    const types = new Map(Object.values(ev).map((e) => [e.type, e]));
    for (const p of s.published) expect([p.type, types.get(p.type)?.codec.check(p.data).ok]).toEqual([p.type, true]);
  });

  it('stops at a mismatch of persons and asks an official, without telling anybody', () => {
    const s = died().give('OverlijdenHerroepenV1', herroepen('p1.b'));
    expect([state(s).toestand, Object.keys(state(s).tasks), mutations(s).length]).toEqual([
      'Overleden',
      ['persoon'],
      2,
    ]);
    const t = died(null);
    expect([Object.keys(state(t).tasks), mutations(t)]).toEqual([['persoon'], []]);
  });

  it('starts nothing for a birth', () => {
    const s = new Rehearsal([definition], now).give('AkteOndertekendV1', akte('p1.a', { akteType: 'GEBOORTE' }));
    expect(s.states.size).toBe(0);
  });
});
