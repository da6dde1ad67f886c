import { describe, expect, it } from '@jest/globals';
import { Rehearsal } from '@kruispunt/chain-author';
import { instanceId } from '@kruispunt/chain-engine';
import { ev, gemeenten } from '@kruispunt/contracts';
import { addDays, dueAt, startOfDay } from '@kruispunt/term';
import { beheerderOp } from './beheerder.js';
import { verhuis } from './verhuis.js';
import type { Verhuizing } from './verhuizing.js';

const declaredOn = '2026-04-20';
const definition = verhuis({ datarefBase: '/v1/personen' });
const stage = () => new Rehearsal([definition], startOfDay(declaredOn) + 9 * 3_600_000);
const aangifte = (dossier: string, more: object = {}) => ({
  dossier,
  subjectPseudoniemen: ['p1.a'],
  wijziging: 'ANDERE_GEMEENTE',
  aangiftedatum: declaredOn,
  betrekkingsdatum: null,
  nisOud: '24055',
  nisNieuw: '24062',
  adresRef: 'https://data.vlaanderen.be/id/adres/1',
  domiciliestatus: null,
  tijdstipRegistratie: `${declaredOn}T08:00:00.000Z`,
  ...more,
});
const verslag = (dossier: string, resultaat: string) => ({
  dossier,
  resultaat,
  controledatum: declaredOn,
  pogingen: 1,
  verslagRef: 'v',
  politiezone: 'z',
  tijdstipRegistratie: `${declaredOn}T09:00:00.000Z`,
});
const of = (s: Rehearsal, dossier: string) => s.states.get(instanceId('verhuis', dossier))!;
const told = (s: Rehearsal) => s.published.map((p) => p.type.replace('be.vlaanderen.', ''));

describe('verhuis', () => {
  it('asks again at most three times, then a person looks; the report after that still counts', () => {
    const s = stage().give('AdreswijzigingAangegevenV1', aangifte('VH-1'));
    for (let n = 0; n < 3; n += 1)
      s.advanceTo(startOfDay(addDays(declaredOn, n + 1))).give(
        'WoonstcontroleUitgevoerdV1',
        verslag('VH-1', 'NIET_AANGETROFFEN'),
      );
    expect(
      s.published.filter((p) => p.type === ev.WoonstcontroleAangevraagdV1.type).map((p) => p.data['poging']),
    ).toEqual([1, 2, 3]);
    expect([of(s, 'VH-1').tokens['main']?.node, Object.values(of(s, 'VH-1').tasks)[0]?.reden]).toEqual([
      'geescaleerd',
      'NIET_AANGETROFFEN',
    ]);
    s.give('WoonstcontroleUitgevoerdV1', verslag('VH-1', 'BEVESTIGD'));
    expect([of(s, 'VH-1').toestand, of(s, 'VH-1').tasks]).toEqual(['Ingeschreven', {}]);
  });

  it('signals the term before its end, then its lapse, once each, and never registers by silence', () => {
    const s = stage().give('AdreswijzigingAangegevenV1', aangifte('VH-1'));
    s.advanceTo(dueAt('2026-05-12') - 1);
    expect(
      s.published.filter((p) => p.type.includes('termijn')).map((p) => [p.data['signaal'], p.data['resterendeDagen']]),
    ).toEqual([['NADERT', 3]]);
    expect(of(s, 'VH-1').toestand).toBe('ControleAangevraagd');
    s.advanceTo(dueAt('2026-05-12')).advanceTo(dueAt('2027-05-12'));
    expect(s.published.filter((p) => p.type.includes('termijn')).map((p) => p.data['signaal'])).toEqual([
      'NADERT',
      'VERSTREKEN',
    ]);
    expect(told(s)).not.toContain('bevolking.inschrijving-voltooid.v1');
    expect(of(s, 'VH-1').status).toBe('OPEN');
  });

  it('is overtaken only for whom the later declaration names', () => {
    const s = stage()
      .give('AdreswijzigingAangegevenV1', aangifte('VH-1', { subjectPseudoniemen: ['p1.a', 'p1.b'] }))
      .give(
        'AdreswijzigingAangegevenV1',
        aangifte('VH-2', { subjectPseudoniemen: ['p1.b'], tijdstipRegistratie: `${declaredOn}T08:30:00.000Z` }),
      );
    expect([of(s, 'VH-1').status, (of(s, 'VH-1').vars as Verhuizing).subjectPseudoniemen]).toEqual(['OPEN', ['p1.a']]);
    s.give('AdreswijzigingAangegevenV1', aangifte('VH-3', { tijdstipRegistratie: `${declaredOn}T09:30:00.000Z` }));
    expect([of(s, 'VH-1').toestand, of(s, 'VH-2').status, of(s, 'VH-3').status]).toEqual([
      'Ingetrokken',
      'OPEN',
      'OPEN',
    ]);
  });

  it.each(['in their order', 'the other way round'])(
    'ends the earlier of two declarations when they come %s',
    (order) => {
      const two = [aangifte('VH-1'), aangifte('VH-2', { tijdstipRegistratie: `${declaredOn}T08:30:00.000Z` })];
      const s = stage();
      for (const a of order === 'in their order' ? two : two.toReversed()) s.give('AdreswijzigingAangegevenV1', a);
      expect([of(s, 'VH-1').toestand, of(s, 'VH-2').status]).toEqual(['Ingetrokken', 'OPEN']);
    },
  );

  it('keeps a report that comes before its declaration', () => {
    const s = stage()
      .give('WoonstcontroleUitgevoerdV1', verslag('VH-1', 'BEVESTIGD'))
      .give('AdreswijzigingAangegevenV1', aangifte('VH-1'));
    expect(of(s, 'VH-1').toestand).toBe('Ingeschreven');
  });

  it('shows a result it does not know to a person', () => {
    const s = stage()
      .give('AdreswijzigingAangegevenV1', aangifte('VH-1'))
      .give('WoonstcontroleUitgevoerdV1', verslag('VH-1', 'UITZONDERING'));
    expect(Object.values(of(s, 'VH-1').tasks)[0]?.reden).toBe('ONBEKEND_RESULTAAT');
  });

  it('publishes nothing that does not fit its own schema', () => {
    const s = stage()
      .give('AdreswijzigingAangegevenV1', aangifte('VH-1'))
      .give('AdreswijzigingAangegevenV1', aangifte('VH-2', { subjectPseudoniemen: ['p1.b'] }));
    s.advanceTo(dueAt('2026-05-12'))
      .give('WoonstcontroleUitgevoerdV1', verslag('VH-1', 'BEVESTIGD'))
      .give('WoonstcontroleUitgevoerdV1', verslag('VH-2', 'NIET_BEVESTIGD'));
    s.give(
      'AdreswijzigingAangegevenV1',
      aangifte('VH-3', { wijziging: 'NAAR_BUITENLAND', nisOud: '24062', subjectPseudoniemen: ['p1.c'] }),
    );
    s.give('AdreswijzigingAangegevenV1', aangifte('VH-4', { subjectPseudoniemen: ['p1.d'] })).give(
      'AdreswijzigingAangegevenV1',
      aangifte('VH-5', { subjectPseudoniemen: ['p1.d'] }),
    );
    const types = new Map(Object.values(ev).map((e) => [e.type, e]));
    for (const p of s.published) expect([p.type, types.get(p.type)?.codec.check(p.data).ok]).toEqual([p.type, true]);
    expect(new Set(told(s)).size).toBe(10);
  });
});

describe('the administrator of a territory', () => {
  it('is the heir from the day after the last day of a merged municipality', () => {
    expect([beheerderOp('23024', '2024-12-31'), beheerderOp('23024', '2025-01-01')]).toEqual(['23024', '23106']);
  });

  it('exists today for every municipality that ever was, unless it was split', () => {
    for (const { nis, opvolgers } of gemeenten) {
      const now = gemeenten.find((g) => g.nis === beheerderOp(nis, '2026-11-24'));
      expect([nis, now?.tot === null || opvolgers.length > 1]).toEqual([nis, true]);
    }
  });
});
