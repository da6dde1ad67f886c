import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Rehearsal } from '@kruispunt/chain-author';
import { firstBroken, fold, instanceId, type ChainState } from '@kruispunt/chain-engine';
import { catalogus, ev, gemeenten } from '@kruispunt/contracts';
import { mayPublish, publishRulesFrom } from '@kruispunt/policy';
import { dueDate, explain, startOfDay, type CivilDate } from '@kruispunt/term';
import { verhuis } from './verhuis.js';
import type { Verhuizing } from './verhuizing.js';

/** One case of the law: what happens on which day, and what must then be so. */
interface Case {
  readonly id: string;
  readonly titel: string;
  readonly gegeven: readonly (readonly [string, ...unknown[]])[];
  readonly vooruitTot: CivilDate;
  readonly verwacht: Record<string, unknown>;
}

const data = process.env['KRUISPUNT_DATA'] ?? new URL('../../../../../shared/data', import.meta.url).pathname;
const file = `${data}/terms/cases.ndjson`;
const cases: Case[] = existsSync(file)
  ? readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Case)
      .filter((c) => c.id.startsWith('VH-'))
  : [];

const morning = (date: CivilDate) => startOfDay(date) + 9 * 3_600_000;
const fact = (c: Case, what: string) => c.gegeven.find(([kind]) => kind === what)?.[1];

/** Plays a case on the real machine: real routing, real transition, real terms. */
function play(c: Case) {
  const version = fact(c, 'regelversie') as string | undefined;
  const definition = verhuis({
    datarefBase: 'https://bevolking.test/personen',
    ...(version === undefined ? {} : { regelversie: version }),
  });
  const stage = new Rehearsal([definition], morning('2024-01-01'));
  const dossiers: string[] = [];
  let last: CivilDate = '2024-01-01';
  for (const [kind, when, ...rest] of c.gegeven) {
    if (!/^\d{4}-/.test(String(when)) || kind === 'betrekking' || kind === 'vertrek' || kind === 'regelversie')
      continue;
    const on = String(when);
    last = on;
    stage.advanceTo(morning(on));
    switch (kind) {
      case 'adreswijziging-aangegeven':
        dossiers.push(`VH-2026-${dossiers.length + 1}`);
        stage.give('AdreswijzigingAangegevenV1', aangifte(c, on, dossiers.at(-1) ?? '', rest));
        break;
      case 'woonstcontrole-uitgevoerd':
        stage.give('WoonstcontroleUitgevoerdV1', {
          dossier: dossiers.at(-1),
          resultaat: rest[0],
          controledatum: on,
          pogingen: 1,
          verslagRef: 'verslag-1',
          politiezone: 'PZ-24062',
          tijdstipRegistratie: `${on}T08:00:00.000Z`,
        });
        break;
      case 'gemeente-gefusioneerd':
        stage.give('GemeenteGefusioneerdV1', {
          ...(rest[0] as object),
          gefusioneerdMet: [],
          nieuweNamen: {},
          ingangsdatum: on,
          provincieGewijzigd: false,
          tijdstipRegistratie: `${on}T00:00:00.000Z`,
        });
        break;
      default:
        throw new Error(`case ${c.id} has a fact this test does not know: ${kind}`);
    }
  }
  if (c.vooruitTot > last) stage.advanceTo(morning(c.vooruitTot));
  const instances = dossiers.map((d) => stage.states.get(instanceId('verhuis', d)) as ChainState);
  const uit = stage.published.map((p) => p.type.replace('be.vlaanderen.', ''));
  return { stage, definition, instances, first: instances[0] as ChainState, uit };
}

function aangifte(c: Case, on: CivilDate, dossier: string, rest: readonly unknown[]) {
  const given = (rest.find((r) => typeof r === 'object') ?? {}) as { nisNieuw?: string };
  const abroad = rest.includes('NAAR_BUITENLAND');
  return {
    dossier,
    subjectPseudoniemen: ['p1-0a1b2c'],
    wijziging: abroad ? 'NAAR_BUITENLAND' : 'ANDERE_GEMEENTE',
    aangiftedatum: on,
    betrekkingsdatum: (fact(c, 'betrekking') ?? fact(c, 'vertrek') ?? null) as string | null,
    nisOud: '24055',
    nisNieuw: given.nisNieuw ?? '24062',
    adresRef: fact(c, 'niet-mededeelbaar') === true ? null : 'https://data.vlaanderen.be/id/adres/3064179',
    domiciliestatus: null,
    tijdstipRegistratie: `${on}T08:00:00.000Z`,
  };
}

const vars = (state: ChainState) => state.vars as Verhuizing;

/** What each expectation of a case means on the machine. */
const checks: Record<string, (expected: unknown, played: ReturnType<typeof play>, c: Case) => void> = {
  tijdig: (e, { first }) => expect(vars(first).tijdig).toBe(e),
  uitersteAangifte: (e, { first }) => expect(vars(first).uitersteAangifte).toBe(e),
  toestand: (e, { first }) => expect(first.toestand).toBe(e),
  ingangsdatum: (e, { first }) => expect(vars(first).ingangsdatum).toBe(e),
  domiciliestatus: (e, { first }) => expect(vars(first).domiciliestatus.endsWith(`/${String(e)}`)).toBe(true),
  nisNieuw: (e, { first }) => expect(vars(first).nisNieuw).toBe(e),
  uit: (e, { uit }) => expect(uit).toEqual(expect.arrayContaining(e as string[])),
  nietUit: (e, { uit }) => expect(uit.filter((t) => (e as string[]).includes(t))).toEqual([]),
  uitersteKennisgevingVorigeGemeente: (e, { stage }) =>
    expect(stage.published.find((p) => p.type.includes('inschrijving-geweigerd'))?.data['kennisgevingTegen']).toBe(e),
  einddatumControle: (e, { first, stage }) => {
    const asked = stage.published.find((p) => p.type.includes('woonstcontrole-aangevraagd'));
    expect(asked?.data['uitersteDatum']).toBe(e);
    const running = first.terms['main'];
    if (running) expect([dueDate(running), explain(running).at(-1)?.endsWith(String(e))]).toEqual([e, true]);
  },
  taak: (e, { first, uit }) => {
    expect(uit).toContain('keten.geescaleerd.v1');
    expect(Object.keys(first.tasks)).toEqual(e === 'gesloten' ? [] : ['woonstcontrole']);
  },
  aantalInschrijvingen: (e, { uit }) =>
    expect(uit.filter((t) => t === 'bevolking.inschrijving-voltooid.v1').length).toBe(e),
  dossier1: (e, { first }) => expect([first.toestand, first.status]).toEqual([e, 'ENDED']),
  dossier2: (e, { instances }) => expect(instances[1]?.toestand).toBe(e),
  adresInAflevering: (e, { stage }) =>
    expect(JSON.stringify(stage.published.map((p) => p.data)).includes('/id/adres/')).toBe(e),
  nisInAflevering: (_, { stage }) => {
    const told = stage.published
      .filter((p) => /"\d{5}"/.test(JSON.stringify(p.data)))
      .map((p) => p.type.split('.').slice(2, -1).join('.'));
    expect(new Set(told)).toEqual(new Set(['bevolking.woonstcontrole-aangevraagd', 'bevolking.inschrijving-voltooid']));
    for (const p of stage.published.filter((q) => q.type.includes('gegeven-gemuteerd')))
      expect(p.gemeente).toBeUndefined();
  },
  woonstcontrole: (_, { uit }) => expect(uit).not.toContain('bevolking.woonstcontrole-aangevraagd.v1'),
};

describe('the cases of a move', () => {
  it.each(cases.filter((c) => c.id !== 'VH-09').map((c) => [c.id, c.titel, c] as const))('%s: %s', (_, __, c) => {
    const played = play(c);
    for (const [what, expected] of Object.entries(c.verwacht)) {
      const check = checks[what];
      if (!check) throw new Error(`case ${c.id} expects ${what}, which this test does not know`);
      check(expected, played, c);
    }
    for (const state of played.instances) {
      const rows = played.stage.histories.get(state.id) ?? [];
      expect([fold(played.definition, rows), firstBroken(rows)]).toEqual([state, undefined]);
    }
  });

  // Refused at the door: what comes to the chain has passed it. The door's own rule is asked, with the catalogue and the table it has.
  it.each(cases.filter((c) => c.id === 'VH-09').map((c) => [c.id, c.titel, c] as const))('%s: %s', (_, __, c) => {
    const [, on, facts] = c.gegeven[0] as unknown as [string, CivilDate, { nisNieuw: string; uitgeverNis: string }];
    const caller = {
      organisation: 'urn:be:kbo:0999990024',
      nis: [facts.uitgeverNis],
      scopes: ['kruispunt.publish'],
      subject: 'burgerzaken',
    };
    const verdict = mayPublish(
      caller,
      {
        type: ev.AdreswijzigingAangegevenV1,
        envelope: { source: `${caller.organisation}:systeem:burgerzaken`, kpgemeentenis: facts.nisNieuw },
        payload: aangifte(c, on, 'VH-2026-1', [facts]),
        at: morning(on),
      },
      publishRulesFrom(catalogus, gemeenten, []),
    );
    expect(verdict.kind === 'refused' && [verdict.because.slug, verdict.because.status]).toEqual([
      'foreign-territory',
      c.verwacht['http'],
    ]);
  });

  it('has read all thirteen where they are there', () => {
    expect([0, 13]).toContain(cases.length);
  });
});
