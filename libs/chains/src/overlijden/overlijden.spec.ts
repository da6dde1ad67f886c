import { describe, expect, it } from '@jest/globals';
import { Rehearsal, testChain } from '@kruispunt/chain-author';
import { firstBroken, fold, instanceId } from '@kruispunt/chain-engine';
import { ev, type AkteOndertekendV1, type OverlijdenHerroepenV1 } from '@kruispunt/contracts';
import { startOfDay } from '@kruispunt/term';
import { overlijden } from './overlijden.js';

const definition = overlijden({ datarefBase: '/v1/personen' });
const akte = (persoon: string | null, more: Partial<AkteOndertekendV1> = {}): AkteOndertekendV1 => ({
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
const herroepen = (subjectPseudoniem: string): OverlijdenHerroepenV1 => ({
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
  testChain(definition).on('2026-03-02').given(ev.AkteOndertekendV1, akte(persoon));
const heard = (test: ReturnType<typeof died>) =>
  test.answered('pensioen', 'ONTVANGEN').answered('ziekenfonds', 'ONTVANGEN').answered('groeipakket', 'ONTVANGEN');

describe('a death', () => {
  it('tells that the file and the death of the person changed, and asks each receiver to confirm', () => {
    died()
      .expectPublished(ev.GegevenGemuteerdV1, { informatietype: 'IT001', actie: 'GEWIJZIGD' })
      .expectPublished(ev.GegevenGemuteerdV1, { informatietype: 'IT150', actie: 'GEWIJZIGD' })
      .expectState('Overleden')
      .expectTask('pensioen', { role: 'pensioendienst' })
      .expectTask('ziekenfonds', { role: 'ziekenfonds' })
      .expectTask('groeipakket', { role: 'groeipakket' });
    heard(died()).expectState('Overleden').expectNoTask().expectAt('overleden');
  });

  it('looks for the one receiver that does not confirm, and for no other', () => {
    const test = died().answered('pensioen', 'ONTVANGEN').answered('groeipakket', 'ONTVANGEN').advance('10 days');
    test
      .expectState('Overleden')
      .expectTask('ontvangst-ziekenfonds', { role: 'dienstenintegrator', reden: 'NIET_BEVESTIGD' });
    test.answered('ziekenfonds', 'ONTVANGEN').expectState('Overleden');
    const names = test.instances().flatMap((s) => Object.keys(s.tasks));
    expect(names.filter((name) => name.includes('pensioen') || name.includes('groeipakket'))).toEqual([]);
  });

  it('stops at an act without a person, and at a revocation of another one: nobody is told', () => {
    died(null).expectTask('persoon', { reden: 'AKTE_ZONDER_PERSOON' }).expectNotPublished(ev.GegevenGemuteerdV1);
    died()
      .given(ev.OverlijdenHerroepenV1, herroepen('p1.b'))
      .expectState('Overleden')
      .expectTask('persoon', { reden: 'HERROEPING_ANDERE_PERSOON' })
      .expectNotPublished(ev.GegevenGemuteerdV1);
    died(null).given(ev.OverlijdenHerroepenV1, herroepen('p1.a')).expectEnded('Herroepen');
  });

  it('starts nothing for a birth', () => {
    const test = testChain(definition)
      .on('2026-03-02')
      .given(ev.AkteOndertekendV1, akte('p1.a', { akteType: 'GEBOORTE' }));
    expect(test.instances()).toEqual([]);
  });
});

describe('a death that is revoked', () => {
  it('undoes what was told, by the undo of the step that told it', () => {
    const s = new Rehearsal([definition], startOfDay('2026-03-02') + 9 * 3_600_000);
    s.give('AkteOndertekendV1', akte('p1.a'));
    const told = () => s.published.filter((p) => p.type === ev.GegevenGemuteerdV1.type);
    const before = told().map((p) => p.id);
    s.give('OverlijdenHerroepenV1', herroepen('p1.a'));
    expect(told().map((p) => [p.data['informatietype'], p.data['actie']].join(' '))).toEqual([
      'IT001 GEWIJZIGD',
      'IT150 GEWIJZIGD',
      'IT001 GEANNULEERD',
      'IT150 GEANNULEERD',
    ]);
    expect(s.published.find((p) => p.type === ev.KetenGecompenseerdV1.type)?.data['ingetrokken']).toEqual(before);
    const state = s.states.get(instanceId('overlijden', 'AKTE-9'))!;
    const rows = s.histories.get(state.id)!;
    expect([fold(definition, rows), firstBroken(rows)]).toEqual([state, undefined]);
  });

  it('is open until every receiver has confirmed the revocation', () => {
    const test = heard(died()).on('2026-03-05').given(ev.OverlijdenHerroepenV1, herroepen('p1.a'));
    test.expectState('Herroepen').expectTask('pensioen').expectTask('ziekenfonds').expectTask('groeipakket');
    test.answered('pensioen', 'ONTVANGEN').answered('ziekenfonds', 'ONTVANGEN').expectAt('herroepen', 'groeipakket');
    test.answered('groeipakket', 'ONTVANGEN').expectEnded('Herroepen').expectNoTask();
  });

  it('asks even who had not confirmed the death yet, and looks for who stays silent', () => {
    died()
      .on('2026-03-03')
      .given(ev.OverlijdenHerroepenV1, herroepen('p1.a'))
      .expectAt('herroepen', 'pensioen', 'ziekenfonds', 'groeipakket')
      .advance('10 days')
      .expectTask('ontvangst-herroeping-pensioen', { reden: 'NIET_BEVESTIGD' })
      .expectState('Herroepen');
  });
});
