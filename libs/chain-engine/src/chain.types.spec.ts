import { describe, expect, it } from '@jest/globals';
import { ev, type WoonstcontroleUitgevoerdV1 } from '@kruispunt/contracts';
import { chain } from './chain.js';

/** These promises are kept by the compiler: each `@ts-expect-error` fails the type check when the wrong thing compiles. */
const begun = () =>
  chain('types', { version: 1, owner: 'OVO002949', events: ev })
    .state<{ readonly dossier: string }>({ dossier: (v) => v.dossier, gemeente: () => undefined })
    .key('dossier', {
      of: (v) => [v.dossier],
      from: { AdreswijzigingAangegevenV1: (e) => [e.dossier] },
      early: 'park',
      afterEnd: 'keep',
    })
    .start('AdreswijzigingAangegevenV1', { key: 'dossier', toestand: 'Begonnen', to: ['wacht'] }, (e) => ({
      vars: { dossier: e.dossier },
      to: 'wacht',
    }));

describe('the definition language', () => {
  it('does not compile a wait for an event without a key', () => {
    begun().wait('wacht', {}, (w) =>
      // @ts-expect-error WoonstcontroleUitgevoerdV1 has no key mapping
      w.event('WoonstcontroleUitgevoerdV1', { to: [] }, () => ({})),
    );
    expect(true).toBe(true);
  });

  it('does not compile a key on an event that is not in the contracts, or on a field it does not have', () => {
    // @ts-expect-error there is no such event
    begun().key('x', { of: () => [], from: { VerhuizingVerzonnenV1: () => [] }, early: 'pass', afterEnd: 'drop' });
    const from = {
      // @ts-expect-error a payload has no such field
      WoonstcontroleUitgevoerdV1: (e: WoonstcontroleUitgevoerdV1) => [e.bestaatNiet],
    };
    begun().key('x', { of: () => [], from, early: 'pass', afterEnd: 'drop' });
    expect(true).toBe(true);
  });

  it('does not compile a misread payload, an unknown term, or a target that is not announced', () => {
    begun().wait('wacht', {}, (w) =>
      w
        .event('AdreswijzigingAangegevenV1', { to: ['einde'] }, (_, e) => {
          // @ts-expect-error a payload has no such field
          const misread = e.bestaatNiet as unknown;
          return misread === 1 ? {} : { to: 'einde' };
        })
        // @ts-expect-error there is no such term
        .term('verhuis.verzonnen', { from: () => '2026-01-01', to: ['einde'] }, () => ({ to: 'einde' })),
    );
    begun().step('stap', { to: ['einde'] }, () => ({
      // @ts-expect-error `elders` is not among the targets
      to: 'elders',
    }));
    expect(true).toBe(true);
  });

  it('does not compile while something leads to a node that is not there', () => {
    const unfinished = begun();
    // @ts-expect-error `wacht` is missing
    unfinished.build();
    const definition = begun()
      .wait('wacht', {}, (w) => w)
      .build();
    expect(Object.keys(definition.nodes)).toEqual(['wacht']);
  });

  it('does not compile branches without a join, a task without an answer, or a branch to a node that is not there', () => {
    // @ts-expect-error nobody joins these branches
    begun().parallel('wacht', {}, (p) => p.branch('een', 'wacht'));
    // @ts-expect-error nobody takes the answer
    begun().task('wacht', { role: 'r' }, (t) => t);
    const loose = begun().parallel('wacht', {}, (p) => p.branch('een', 'elders').join('all', { to: [] }, () => ({})));
    // @ts-expect-error `elders` is missing
    expect(() => loose.build()).not.toThrow();
  });

  it('does not compile an undo that is no node, or that was not announced', () => {
    // @ts-expect-error `terug` was not announced
    begun().wait('wacht', {}, (w) => w.asks({}, () => ({ undo: 'terug' })));
    const loose = begun().wait('wacht', {}, (w) => w.asks({ undo: ['terug'] }, () => ({ undo: 'terug' })));
    // @ts-expect-error `terug` is missing
    expect(() => loose.build()).not.toThrow();
  });
});
