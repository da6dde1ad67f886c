import { describe, expect, it } from '@jest/globals';
import { chain } from '@kruispunt/chain-engine';
import { ev } from '@kruispunt/contracts';
import { bpmnComplaints } from '@kruispunt/testkit';
import { toBpmn } from './to-bpmn.js';
import { toMermaid } from './to-mermaid.js';

/** Everything the language has: branches, a branch per element, a race, tasks, sub-chains, undo, failure. */
const all = chain('alles', { version: 1, owner: 'OVO002949', events: ev })
  .state<{ readonly dossier: string }>({ dossier: (v) => v.dossier, gemeente: () => undefined })
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
  .start('AdreswijzigingAangegevenV1', { key: 'dossier', toestand: 'Begonnen', to: ['samen', 'kijken'] }, (e) => ({
    vars: { dossier: e.dossier },
    to: 'samen',
  }))
  .parallel('samen', {}, (p) =>
    p
      .branch('los', 'los')
      .forEach('elk', () => ['a'], 'elk')
      .term('verhuis.woonstcontrole', { from: () => '2026-01-01', to: ['kijken'] }, () => ({ to: 'kijken' }))
      .event('InschrijvingVoltooidV1', { to: ['kijken', 'deel'] }, () => ({ to: 'deel' }))
      .onFailure('mis')
      .join('any', { to: ['deel'] }, () => ({ to: 'deel' })),
  )
  .wait('los', {}, (w) => w.event('WoonstcontroleUitgevoerdV1', { to: ['los-einde'] }, () => ({ to: 'los-einde' })))
  .step('los-einde', { to: [] }, () => ({ done: true }))
  .wait('elk', {}, (w) =>
    w
      .asks({ undo: ['terug'] }, () => ({ undo: 'terug' }))
      .event('WoonstcontroleUitgevoerdV1', { to: ['elk'] }, () => ({ done: true })),
  )
  .step('terug', { to: [] }, () => ({ done: true }))
  .task('kijken', { role: 'ambtenaar' }, (t) =>
    t
      .answered({ to: ['klaar', 'samen'] }, () => ({ to: 'klaar' }))
      .term('verhuis.woonstcontrole', { from: () => '2026-01-01', to: ['klaar'] }, () => ({ to: 'klaar' })),
  )
  .subchain(
    'deel',
    { chain: 'ander', undo: 'terug' },
    (v) => ({ root: v.dossier, event: 'HuwelijkAangegevenV1', subject: 'x', data: {} }),
    (s) => s.ended({ to: ['klaar'] }, () => ({ to: 'klaar' })),
  )
  .always('AdreswijzigingAangegevenV1', { to: ['mis'] }, () => ({ to: 'mis' }))
  .onFailure('mis')
  .end('klaar', { toestand: 'Klaar' })
  .end('mis', { toestand: 'Mis' })
  .build();

describe('a chain as BPMN', () => {
  it('is read without a warning and passes every recommended rule, whatever the chain has', async () => {
    expect(await bpmnComplaints(toBpmn(all))).toEqual([]);
  });

  it('gives each shape its place and each flow its way, and the same text every time', () => {
    const xml = toBpmn(all);
    const ids = [...xml.matchAll(/<bpmn:(?!process|documentation|definitions|incoming|outgoing)\w+ id="([^"]+)"/g)].map(
      (m) => m[1],
    );
    const drawn = [...xml.matchAll(/bpmnElement="([^"]+)"/g)].map((m) => m[1]);
    const events = ids.filter((id) => !/_(message|timer|error|compensate)$/.test(id ?? ''));
    expect(events.filter((id) => !drawn.includes(id))).toEqual([]);
    expect(toBpmn(all)).toBe(xml);
  });
});

describe('a chain as Mermaid', () => {
  it('draws branches, joins, tasks, sub-chains, undo and failure', () => {
    const text = toMermaid(all);
    for (const line of [
      'n_samen --> n_elk : per elk',
      'n_samen --> n_los : tak los',
      'n_samen --> n_deel : eerste klaar',
      'n_samen --> n_mis : mislukt',
      'n_elk --> n_terug : ongedaan maken',
      'overal --> n_mis : mislukt',
    ])
      expect(text).toContain(line);
    expect(text).toContain('👤 ambtenaar');
  });
});
