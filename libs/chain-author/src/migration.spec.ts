import { describe, expect, it } from '@jest/globals';
import { chain, checkPlan, migrationPlan, type ChainDefinition } from '@kruispunt/chain-engine';
import { ev } from '@kruispunt/contracts';
import { testChain } from './test-chain.js';

interface One {
  readonly dossier: string;
  readonly op: string;
}
interface Two extends One {
  readonly spoed: boolean;
}

const start = <V extends One>(version: number, more: (v: One) => V, valid?: { from?: string; until?: string }) =>
  chain('proef', { version, owner: 'OVO002949', events: ev })
    .state<V>({ dossier: (v) => v.dossier, gemeente: () => undefined })
    .key('dossier', {
      of: (v) => [v.dossier],
      from: {
        AdreswijzigingAangegevenV1: (e) => [e.dossier],
        WoonstcontroleUitgevoerdV1: (e) => [e.dossier],
        InschrijvingVoltooidV1: (e) => [e.dossier],
      },
      early: 'park',
      afterEnd: 'keep',
    })
    .start(
      'AdreswijzigingAangegevenV1',
      { key: 'dossier', toestand: 'Begonnen', to: ['wacht'], valid: { on: (e) => e.aangiftedatum, ...valid } },
      (e) => ({ vars: more({ dossier: e.dossier, op: e.aangiftedatum }), to: 'wacht' }),
    );

const one = () =>
  start(1, (v) => v, { until: '2026-06-30' })
    .wait('wacht', { toestand: 'Wachtend' }, (w) =>
      w
        .event('WoonstcontroleUitgevoerdV1', { to: ['klaar'] }, () => ({ to: 'klaar' }))
        .event('InschrijvingVoltooidV1', { to: [] }, () => ({}))
        .term('verhuis.woonstcontrole', { from: (v) => v.op, to: ['klaar'] }, () => ({ to: 'klaar' })),
    )
    .end('klaar', { toestand: 'Klaar' })
    .build();
const two = (handles = true) => {
  const begun = start<Two>(2, (v) => ({ ...v, spoed: false }), { from: '2026-07-01' })
    .end('vlug-klaar', { toestand: 'VlugKlaar' })
    .end('klaar', { toestand: 'Klaar' });
  return handles
    ? begun
        .wait('wacht', { toestand: 'Wachtend' }, (w) =>
          w.event('WoonstcontroleUitgevoerdV1', { to: ['nazien'] }, () => ({ to: 'nazien' })),
        )
        .wait('nazien', { toestand: 'Nazien' }, (w) =>
          w
            .event('WoonstcontroleUitgevoerdV1', { to: ['klaar', 'vlug-klaar'] }, (v) => ({
              to: v.spoed ? 'vlug-klaar' : 'klaar',
            }))
            .term('geboorte.aangifte', { from: (v) => v.op, to: ['klaar'] }, () => ({ to: 'klaar' })),
        )
        .build()
    : begun
        .wait('wacht', {}, (w) => w)
        .wait('nazien', {}, (w) => w)
        .build();
};

const plan = (more: { readonly terms?: { wacht: 'keep' | 'restart' | 'drop' } } = { terms: { wacht: 'restart' } }) =>
  migrationPlan('proef-1-2', {
    ...{ from: one(), to: two(), places: { wacht: 'nazien' }, drops: { wacht: ['InschrijvingVoltooidV1'] } },
    ...{ vars: (v: One): Two => ({ ...v, spoed: true }), ...more },
  });

const aangifte = (aangiftedatum: string) => ({
  ...({ dossier: 'VH-1', subjectPseudoniemen: ['p1.a'], wijziging: 'ANDERE_GEMEENTE', aangiftedatum } as const),
  ...{ nisOud: '24055', nisNieuw: '24062', adresRef: null },
});
const verslag = {
  ...({ dossier: 'VH-1', resultaat: 'BEVESTIGD', controledatum: '2026-05-01', pogingen: 1 } as const),
  ...{ verslagRef: 'v', politiezone: 'z' },
};
const begun = () => testChain(one()).on('2026-04-20').given(ev.AdreswijzigingAangegevenV1, aangifte('2026-04-20'));

describe('a migration plan', () => {
  it('takes an instance to its place under the new version, with its variables and its clock', () => {
    const s = begun().migrated(plan()).expectAt('nazien').expectTimer('2026-05-06');
    expect(s.vars()).toMatchObject({ spoed: true });
    s.given(ev.WoonstcontroleUitgevoerdV1, verslag).expectEnded('VlugKlaar');
  });

  it('is taken back exactly, clock and all', () => {
    const before = begun().instances()[0];
    const { rev: _, head: __, updatedAt: ___, ...after } = begun().migrated(plan()).unmigrated().instances()[0]!;
    expect(before).toMatchObject(after);
    begun().migrated(plan()).unmigrated().given(ev.WoonstcontroleUitgevoerdV1, verslag).expectEnded('Klaar');
  });

  it('is checked without looking at anything that runs: lost events, terms that cannot go on, places that are none', () => {
    expect(checkPlan(plan())).toEqual([]);
    expect(checkPlan(plan({}))).toEqual([
      'wacht: a term of verhuis.woonstcontrole cannot go on under geboorte.aangifte; say restart',
    ]);
    const bare: ChainDefinition = two(false);
    expect(checkPlan({ ...plan(), to: bare, drops: {} })).toEqual([
      'wacht: no longer waits for WoonstcontroleUitgevoerdV1; name it in drops or handle it',
      'wacht: no longer waits for InschrijvingVoltooidV1; name it in drops or handle it',
      'wacht: its term ends; say drop',
    ]);
    expect(checkPlan({ ...plan(), places: {} })).toEqual(['wacht: nowhere is no place of version 2']);
    expect(checkPlan({ ...plan(), to: one() })).toContain('both are the same version');
  });

  it('does not compile when it forgets a place, names one that is not there, or leaves the variables as they were', () => {
    const vars = (v: One): Two => ({ ...v, spoed: true });
    // @ts-expect-error -- `wacht` is forgotten
    migrationPlan('x', { from: one(), to: two(), places: {}, vars });
    // @ts-expect-error -- `elders` is no place of version 2
    migrationPlan('x', { from: one(), to: two(), places: { wacht: 'elders' }, vars });
    // @ts-expect-error -- an end is no place to wait at
    migrationPlan('x', { from: one(), to: two(), places: { wacht: 'klaar' }, vars });
    // @ts-expect-error -- version 2 remembers more
    migrationPlan('x', { from: one(), to: two(), places: { wacht: 'nazien' } });
    expect(migrationPlan('x', { from: two(), to: one(), places: { wacht: 'wacht', nazien: 'wacht' } }).name).toBe('x');
  });
});

describe('the law of a dossier', () => {
  it('is that of its own date, whichever version is the newest', () => {
    const both = () => testChain(two(), one());
    const under = (day: string) =>
      both().on('2026-08-03').given(ev.AdreswijzigingAangegevenV1, aangifte(day)).instances()[0]?.version;
    expect([under('2026-06-30'), under('2026-07-01')]).toEqual([1, 2]);
  });
});
