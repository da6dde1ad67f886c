import { describe, expect, it } from '@jest/globals';
import { chain, type Act, type ChainDefinition, type Join } from '@kruispunt/chain-engine';
import { ev, type AanvraagIngediendV1 } from '@kruispunt/contracts';
import type { CivilDate } from '@kruispunt/term';
import { testChain, type ChainTest } from './test-chain.js';

interface Proef {
  readonly project: string;
  readonly instanties: readonly string[];
  readonly gevraagdOp: CivilDate;
}

const vraag = (v: Proef, instantie: string, ronde: number): Act => ({
  act: 'publish',
  event: 'AdviesGevraagdV1',
  subject: `urn:omv:${v.project}`,
  data: { projectnummer: v.project, ronde, instantie, gevraagdOp: v.gevraagdOp, uitersteDatum: v.gevraagdOp },
});

/** Asks advices of all at once (`percelen` names the bodies), joins them, and withdraws each question when one of them is refused. */
const adviesronde = (when: Join['when']): ChainDefinition =>
  chain('adviesronde', { version: 1, owner: 'OVO002949', events: ev })
    .state<Proef>({ dossier: (v) => v.project, gemeente: () => '24062' })
    .key('project', {
      of: (v) => [v.project],
      from: { AanvraagIngediendV1: (e) => [e.projectnummer], AdviesUitgebrachtV1: (e) => [e.projectnummer] },
      early: 'park',
      afterEnd: 'keep',
    })
    .start('AanvraagIngediendV1', { key: 'project', toestand: 'Begonnen', to: ['ronde'] }, (e) => ({
      vars: { project: e.projectnummer, instanties: e.percelen, gevraagdOp: e.indieningsdatum },
      to: 'ronde',
    }))
    .parallel('ronde', { toestand: 'Gevraagd' }, (p) =>
      p
        .forEach('advies', (v) => v.instanties, 'advies')
        .join(when, { to: ['klaar'] }, (_, c) => ({ uitkomst: c.done.join('+') || 'GEEN', to: 'klaar' }))
        .term('omv.advies', { from: (v) => v.gevraagdOp, to: ['verstreken'] }, () => ({ to: 'verstreken' }))
        .onFailure('afgebroken'),
    )
    .wait('advies', {}, (w) =>
      w
        .asks({ undo: ['intrekken'] }, (v, c) => ({ acts: [vraag(v, c.element ?? '', 1)], undo: 'intrekken' }))
        .event('AdviesUitgebrachtV1', { to: [] }, (_, e, c) => {
          if (e.instantie !== c.element) return { ignore: 'andere instantie' };
          return e.strekking === 'GEEN_ADVIES' ? { fail: 'GEEN_ADVIES' } : { uitkomst: e.strekking, done: true };
        }),
    )
    // The undo has a reply of its own: round 2 is the withdrawal, and the body confirms it.
    .wait('intrekken', {}, (w) =>
      w
        .asks({}, (v, c) => ({ acts: [vraag(v, `${c.undoing?.step} ${c.undoing?.events.length}`, 2)] }))
        .event('AdviesUitgebrachtV1', { to: [] }, (_, e) =>
          e.ronde === 2 ? { done: true } : { ignore: 'geen intrekking' },
        ),
    )
    .end('klaar', { toestand: 'Klaar' })
    .end('verstreken', { toestand: 'Verstreken' })
    .end('afgebroken', { toestand: 'Afgebroken', reden: 'MISLUKT' })
    .build();

const aanvraag = (instanties: readonly string[]): Partial<AanvraagIngediendV1> => ({
  ...{ projectnummer: 'OMV_1', procedure: 'GEWOON', bevoegdeOverheid: 'COLLEGE', indieningsdatum: '2026-03-02' },
  ...{
    commissieVereist: false,
    voorwerp: 'x',
    adressen: [],
    percelen: instanties,
    gemeentenNis: [],
    aanvragerRef: 'r',
  },
});
const begun = (when: Join['when'], ...instanties: readonly string[]): ChainTest =>
  testChain(adviesronde(when)).on('2026-03-02').given(ev.AanvraagIngediendV1, aanvraag(instanties));
const advies = (s: ChainTest, instantie: string, strekking: 'GUNSTIG' | 'GEEN_ADVIES' = 'GUNSTIG', ronde = 1) =>
  s.given(ev.AdviesUitgebrachtV1, {
    ...{ projectnummer: 'OMV_1', ronde, instantie, strekking, adviesdatum: '2026-03-03' },
  });
const uitkomst = { stap: 'ronde' } as const;

describe('branches beside each other', () => {
  it('begin together, one per element, and go on when all are done', () => {
    const s = begun('all', 'A', 'B', 'C').expectAt('ronde', 'advies', 'advies', 'advies');
    advies(s, 'B').expectAt('ronde', 'advies', 'advies');
    advies(s, 'B').expectAt('ronde', 'advies', 'advies');
    advies(s, 'A').expectState('Gevraagd');
    advies(s, 'C')
      .expectPublished(ev.KetenStapVoltooidV1, { ...uitkomst, uitkomst: 'advies:B+advies:A+advies:C' })
      .expectEnded('Klaar');
  });

  it('go on when so many are done, and let the others go', () => {
    const s = begun(2, 'A', 'B', 'C');
    advies(s, 'C').expectState('Gevraagd');
    advies(s, 'A').expectEnded('Klaar');
  });

  it('race: the first that is done wins', () => {
    advies(begun('any', 'A', 'B'), 'B')
      .expectPublished(ev.KetenStapVoltooidV1, { ...uitkomst, uitkomst: 'advies:B' })
      .expectEnded('Klaar');
  });

  it('go on at once when there is nothing to wait for, and when fewer are left than were asked', () => {
    begun('all').expectEnded('Klaar');
    const s = begun(3, 'A', 'B');
    advies(s, 'A').expectState('Gevraagd');
    advies(s, 'B').expectEnded('Klaar');
  });

  it('end with the term of their wait', () => {
    advies(begun('all', 'A', 'B'), 'A')
      .advance('31 days')
      .expectEnded('Verstreken');
  });
});

describe('compensation', () => {
  it('undoes each step of the failed scope, the newest first, each with its own reply, and tells what was withdrawn', () => {
    const s = begun('all', 'A', 'B');
    advies(s, 'A').expectAt('ronde', 'advies');
    advies(s, 'B', 'GEEN_ADVIES')
      .expectPublished(ev.AdviesGevraagdV1, { ronde: 2, instantie: 'advies 1' })
      .expectAt('intrekken');
    advies(s, 'A', 'GUNSTIG', 1).expectAt('intrekken');
    advies(s, 'A', 'GUNSTIG', 2).expectAt('intrekken');
    advies(s, 'A', 'GUNSTIG', 2)
      .expectPublished(ev.KetenGecompenseerdV1, { reden: 'GEEN_ADVIES', stap: 'ronde' })
      .expectEnded('Afgebroken');
  });
});

interface Delen {
  readonly project: string;
}

/** One chain that has a part of it done by another, and a person look at what came of it. */
const hoofd = chain('hoofd', { version: 1, owner: 'OVO002949', events: ev })
  .state<Delen>({ dossier: (v) => v.project, gemeente: () => undefined })
  .key('project', {
    of: (v) => [v.project],
    from: { BeroepIngesteldV1: (e) => [e.projectnummer] },
    early: 'park',
    afterEnd: 'keep',
  })
  .start('BeroepIngesteldV1', { key: 'project', toestand: 'Begonnen', to: ['deel'] }, (e) => ({
    vars: { project: e.projectnummer },
    to: 'deel',
  }))
  .subchain(
    'deel',
    { chain: 'adviesronde', toestand: 'InDeel' },
    (v) => ({
      ...{ root: v.project, event: 'AanvraagIngediendV1', subject: `urn:omv:${v.project}` },
      data: { ...aanvraag(['A']), projectnummer: v.project },
    }),
    (s) => s.ended({ to: ['kijken'] }, (_, e) => ({ uitkomst: e.toestand, to: 'kijken' })),
  )
  .task('kijken', { role: 'omgevingsambtenaar', toestand: 'TeBekijken', formulier: 'kijken@1' }, (t) =>
    t
      .answered({ to: ['goed', 'slecht'] }, (_, e) => ({ to: e.uitkomst === 'AKKOORD' ? 'goed' : 'slecht' }))
      .term('omv.advies', { from: () => '2026-03-02', to: ['slecht'] }, () => ({ to: 'slecht' })),
  )
  .end('goed', { toestand: 'Goed' })
  .end('slecht', { toestand: 'Slecht' })
  .build();

const beroep = (project: string) =>
  testChain(hoofd, adviesronde('all'))
    .on('2026-03-02')
    .given(ev.BeroepIngesteldV1, {
      ...{ projectnummer: project, beroepsnummer: 'B', ingesteldOp: '2026-03-02' },
      ...{ beroepsinstantie: 'DEPUTATIE', hoedanigheid: 'AANVRAGER' },
    });
const deelAdvies = (s: ChainTest, project: string) =>
  s.given(ev.AdviesUitgebrachtV1, {
    ...{ projectnummer: project, ronde: 1, instantie: 'A', strekking: 'GUNSTIG', adviesdatum: '2026-03-03' },
  });

describe('a sub-chain', () => {
  it('is started by its own event, knows its parent, and replies by its end', () => {
    const s = beroep('OMV_2').expectState('InDeel').expectPublished(ev.AanvraagIngediendV1).advance('1 day');
    deelAdvies(s, 'OMV_2')
      .advance('1 day')
      .expectState('TeBekijken')
      .expectTask('kijken', { role: 'omgevingsambtenaar' });
    expect(s.instances().map(({ chain, parent }) => [chain, parent !== undefined])).toEqual([
      ['hoofd', false],
      ['adviesronde', true],
    ]);
  });
});

describe('a task', () => {
  const asked = () => deelAdvies(beroep('OMV_3').advance('1 day'), 'OMV_3').advance('1 day');
  it('goes on with the answer of the person who was asked, and of nobody else', () => {
    const s = asked().of('OMV_3');
    s.given(ev.TaakAfgehandeldV1, {
      ...{ procesId: 'x', taakId: s.taskId('kijken'), taak: 'kijken', taakrol: 'iemand', uitkomst: 'AKKOORD' },
      afgehandeldOp: '2026-03-04',
    }).expectState('TeBekijken');
    s.answered('kijken', 'AKKOORD').expectEnded('Goed').expectNoTask();
  });

  it('is closed when its token leaves without an answer', () => {
    asked().advance('60 days').expectEnded('Slecht').expectNoTask();
  });
});
