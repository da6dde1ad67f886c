import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Rehearsal } from '@kruispunt/chain-author';
import { firstBroken, fold, instanceId, type ChainState } from '@kruispunt/chain-engine';
import { ev } from '@kruispunt/contracts';
import { addDays, dueDate, explain, startOfDay, type CivilDate } from '@kruispunt/term';
import { bezwaarTijdig } from './behandeling.js';
import { omgevingsvergunning } from './omgevingsvergunning.js';
import type { Vergunning } from './vergunning.js';

type Fact = readonly [string, ...unknown[]];

/** One case of the law: what happens on which day, and what must then be so. */
interface Case {
  readonly id: string;
  readonly titel: string;
  readonly gegeven: readonly Fact[];
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
      .filter((c) => c.id.startsWith('OV-'))
  : [];

const morning = (date: CivilDate) => startOfDay(date) + 9 * 3_600_000;
const projectnummer = 'OMV_2026000123';
const names: Readonly<Record<string, keyof typeof ev>> = {
  'aanvraag-ingediend': 'AanvraagIngediendV1',
  'volledigheid-beoordeeld': 'VolledigheidBeoordeeldV1',
  'openbaar-onderzoek': 'OpenbaarOnderzoekGewijzigdV1',
  'termijn-verlengd': 'TermijnVerlengdV1',
  'beslissing-genomen': 'BeslissingGenomenV1',
  'beslissing-bekendgemaakt': 'BeslissingBekendgemaaktV1',
  'beroep-ingesteld': 'BeroepIngesteldV1',
  'beroep-volledig': 'BeroepBeoordeeldV1',
};

/** A case that begins in the middle gets what must have come before it. */
function withPrelude(c: Case): readonly Fact[] {
  const has = (kind: string) => c.gegeven.some(([k]) => k === kind);
  const procedure = JSON.stringify(c.gegeven).includes('VEREENVOUDIGD') ? 'VEREENVOUDIGD' : 'GEWOON';
  const filed: Fact[] = has('aanvraag-ingediend') ? [] : [['aanvraag-ingediend', '2026-02-27', procedure]];
  const tested: Fact[] =
    has('aanvraag-ingediend') || has('volledigheid-beoordeeld')
      ? []
      : [['volledigheid-beoordeeld', '2026-03-20', 'ONTVANKELIJK_EN_VOLLEDIG', procedure]];
  const appealed: Fact[] = has('beroep-volledig')
    ? [
        ['beslissing-genomen', '2026-06-01', 'VERGUND'],
        ['beslissing-bekendgemaakt', '2026-06-05'],
        ['beroep-ingesteld', '2026-06-20'],
      ]
    : [];
  return [...filed, ...tested, ...appealed, ...c.gegeven];
}

function payload(kind: string, on: CivilDate, rest: readonly unknown[], c: Case): object {
  const common = { projectnummer, tijdstipRegistratie: `${on}T08:00:00.000Z` };
  const procedure = JSON.stringify(c.gegeven).includes('VEREENVOUDIGD') ? 'VEREENVOUDIGD' : 'GEWOON';
  const lastInstance = c.gegeven.some(([k]) => k === 'beroep-volledig');
  switch (kind) {
    case 'aanvraag-ingediend':
      return {
        ...common,
        procedure,
        bevoegdeOverheid: 'COLLEGE',
        indieningsdatum: on,
        commissieVereist: JSON.stringify(rest).includes('"commissieVereist":true'),
        voorwerp: 'verbouwen van een rijwoning',
        adressen: ['https://data.vlaanderen.be/id/adres/3064179'],
        percelen: [],
        gemeentenNis: ['24055'],
        aanvragerRef: 'https://kruispunt.test/aanvragers/1',
      };
    case 'volledigheid-beoordeeld':
      return {
        ...common,
        resultaat: rest[0],
        verzendingsdatum: on,
        aanvullenTegen: null,
        proceduretype: procedure,
        termijnregel: 'omv.volledigheid@2017',
      };
    case 'openbaar-onderzoek':
      return { ...common, ronde: 1, fase: rest[0], datum: on, einddatum: null, aantalBezwaren: null };
    case 'termijn-verlengd':
      return {
        ...common,
        aanleg: lastInstance ? 'LAATSTE' : 'EERSTE',
        reden: rest[0],
        dagen: 60,
        oudeEinddatum: on,
        nieuweEinddatum: on,
        meegedeeldOp: on,
      };
    case 'beslissing-genomen':
      return {
        ...common,
        uitkomst: rest[0],
        beslissingsdatum: on,
        besluitRef: null,
        bestuursorgaan: 'college',
        buitenTermijn: false,
      };
    case 'beslissing-bekendgemaakt':
      return { ...common, wijze: 'AANPLAKKING', eersteDag: on, beroepTot: on, uitvoerbaarVanaf: null };
    case 'beroep-ingesteld':
      return {
        ...common,
        beroepsnummer: 'BER-1',
        ingesteldOp: on,
        beroepsinstantie: 'DEPUTATIE',
        hoedanigheid: 'BETROKKEN_PUBLIEK',
      };
    case 'beroep-volledig':
      return {
        ...common,
        beroepsnummer: 'BER-1',
        resultaat: 'ONTVANKELIJK_EN_VOLLEDIG',
        verzendingsdatum: on,
        aanvullenTegen: null,
        termijnregel: 'omv.beroepsbeslissing.gewoon@2017',
      };
    default:
      throw new Error(`case ${c.id} has a fact this test does not know: ${kind}`);
  }
}

/** Plays a case on the real machine: real routing, real transition, real terms. */
function play(c: Case) {
  const definition = omgevingsvergunning();
  const stage = new Rehearsal([definition], morning('2026-01-01'));
  const state = () => stage.states.get(instanceId('omgevingsvergunning', projectnummer)) as ChainState;
  let bezwaarGeldig: boolean | undefined;
  for (const [kind, when, ...rest] of withPrelude(c)) {
    const on = String(when);
    stage.advanceTo(morning(on));
    const inquiry = state()?.terms['onderzoek'];
    if (kind === 'bezwaar') bezwaarGeldig = inquiry && bezwaarTijdig(inquiry, on);
    else if (kind !== 'timer') stage.give(names[kind] ?? kind, payload(kind, on, rest, c));
  }
  stage.advanceTo(morning(c.vooruitTot));
  const uit = stage.published.map((p) => p.type.replace('be.vlaanderen.', ''));
  const vars = state().vars as Vergunning;
  return { stage, definition, state: state(), vars, uit, bezwaarGeldig };
}

type Played = ReturnType<typeof play>;

/** What each expectation of a case means on the machine. */
const checks: Record<string, (expected: unknown, played: Played) => void> = {
  einddatum: (e, { state, vars }) => {
    const running = state.terms['onderzoek'] ?? state.terms['main'];
    const of =
      running && (running.rule.includes('beslissing') || running.rule.includes('onderzoek')) ? running : undefined;
    if (of) expect([dueDate(of), explain(of).at(-1)?.endsWith(String(e))]).toEqual([e, true]);
    else expect(vars.beroepEinddatum ?? vars.einddatum).toBe(e);
  },
  klokStart: (e, { vars }) => expect([addDays(vars.klokVan ?? '', 1), vars.klokDoor]).toEqual([e, 'STILZWIJGEN']),
  toestand: (e, { state }) => expect(state.toestand).toBe(e),
  aantalStilzwijgend: (e, { uit }) =>
    expect(uit.filter((t) => t === 'omgeving.stilzwijgende-weigering.v1').length).toBe(e),
  buitenTermijn: (e, { vars }) => expect(vars.beslissing?.buitenTermijn).toBe(e),
  uit: (e, { uit }) => expect(uit).toEqual(expect.arrayContaining(e as string[])),
  nietUit: (e, { uit }) => expect(uit.filter((t) => (e as string[]).includes(t))).toEqual([]),
  geweigerd: (e, { vars }) => expect(vars.zonderGevolg).toEqual([e]),
  bezwaarGeldig: (e, { bezwaarGeldig }) => expect(bezwaarGeldig).toBe(e),
  beroepTot: (e, { vars }) => expect(vars.beroepTot).toBe(e),
  uitvoerbaarVanaf: (e, { vars, stage }) => {
    const told = stage.published.find((p) => p.type.includes('vergunning-uitvoerbaar'))?.data['uitvoerbaarVanaf'];
    expect([vars.uitvoerbaarVanaf, told]).toEqual([e, e]);
  },
  beroep: (e, { vars }) =>
    expect(vars.beroepen.map((b) => b.stand)).toEqual([e === 'laattijdig' ? 'LAATTIJDIG' : 'GEACHT_AFGEWEZEN']),
};

describe('the cases of a permit', () => {
  it.each(cases.map((c) => [c.id, c.titel, c] as const))('%s: %s', (_, __, c) => {
    const played = play(c);
    for (const [what, expected] of Object.entries(c.verwacht)) {
      const check = checks[what];
      if (!check) throw new Error(`case ${c.id} expects ${what}, which this test does not know`);
      check(expected, played);
    }
    const rows = played.stage.histories.get(played.state.id) ?? [];
    expect([fold(played.definition, rows), firstBroken(rows)]).toEqual([played.state, undefined]);
    const types = new Map(Object.values(ev).map((e) => [e.type, e]));
    for (const p of played.stage.published)
      expect([p.type, types.get(p.type)?.codec.check(p.data).ok]).toEqual([p.type, true]);
  });

  it('has read all eighteen where they are there', () => {
    expect([0, 18]).toContain(cases.length);
  });
});
