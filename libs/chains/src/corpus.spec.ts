import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Rehearsal } from '@kruispunt/chain-author';
import { canonical, firstBroken, fold, sha256, type HistoryRow } from '@kruispunt/chain-engine';
import { startOfDay, type CivilDate } from '@kruispunt/term';
import { chains } from './chains.js';

/**
 * Histories as they were once written, each with the hash of the state it gave. Every build takes them again under the definitions they
 * are pinned to (I15). A new version of a chain adds files (`KRUISPUNT_WRITE=1`); one that is there is never written again.
 */
const folder = fileURLToPath(new URL('../corpus/', import.meta.url));
const definitions = chains({ datarefBase: '/v1/personen' });
const morning = (date: CivilDate) => startOfDay(date) + 9 * 3_600_000;
const at = (date: CivilDate) => ({ tijdstipRegistratie: `${date}T08:00:00.000Z` });
const first = '2026-03-02';

const akte = (akteType: string, rol: string, subjectPseudoniem: string | null) => ({
  ...{ akteReferentie: `AKTE-${akteType}`, akteType, gebeurtenisdatum: first, ondertekendOp: `${first}T08:00:00.000Z` },
  ...{ gemeenteNis: '24062', woonplaatsNis: '24055', wachtOpIdentificatie: akteType === 'GEBOORTE', ...at(first) },
  betrokkenen: [{ rol, subjectPseudoniem }],
});
const move = {
  ...{
    dossier: 'VH-1',
    subjectPseudoniemen: ['p1.a'],
    wijziging: 'ANDERE_GEMEENTE',
    aangiftedatum: first,
    ...at(first),
  },
  ...{ betrekkingsdatum: null, nisOud: '24055', nisNieuw: '24062', adresRef: 'https://data.vlaanderen.be/id/adres/1' },
  domiciliestatus: null,
};
const permit = {
  ...{ projectnummer: 'OMV_2026000123', procedure: 'GEWOON', bevoegdeOverheid: 'COLLEGE', indieningsdatum: first },
  ...{ commissieVereist: false, voorwerp: 'verbouwen van een rijwoning', percelen: [], gemeentenNis: ['24055'] },
  ...{ adressen: ['https://data.vlaanderen.be/id/adres/1'], aanvragerRef: 'https://kruispunt.test/aanvragers/1' },
  ...at(first),
};
const wedding = {
  ...{ akteReferentie: 'AANGIFTE-1', aangiftedatum: first, vroegsteDatum: first, uitersteDatum: first, ...at(first) },
  ...{ uitgesteld: false, betrokkenen: ['p1.a', 'p1.b'], gemeenteNis: '24055' },
};
const merger = {
  ...{ vanNis: '24054', naarNis: '24055', gefusioneerdMet: ['24056'], nieuweNamen: { nl: 'Voorbeeldgem' } },
  ...{ ingangsdatum: '2027-01-01', provincieGewijzigd: false, ...at(first) },
};
const readdressing = {
  ...{
    transformaties: [
      { vanId: 'https://data.vlaanderen.be/id/adres/1', naarIds: ['https://data.vlaanderen.be/id/adres/2'] },
    ],
  },
  ...{ reden: 'HERADRESSERING', nisCodes: ['24055'], bronGebeurtenis: 'StreetNameWasReaddressed', bronFeed: null },
  ...{ bronOorzaakId: 'oorzaak-1', bronId: '1', bronTijdstip: null, bronSchema: null, ...at(first) },
};
/** One case per chain, each carried a year on, so that every term of it has had its day. */
const cases: readonly (readonly [event: string, payload: object])[] = [
  ['AdreswijzigingAangegevenV1', move],
  ['AanvraagIngediendV1', permit],
  ['AkteOndertekendV1', akte('GEBOORTE', 'KIND', null)],
  ['AkteOndertekendV1', akte('OVERLIJDEN', 'OVERLEDENE', 'p1.a')],
  ['HuwelijkAangegevenV1', wedding],
  ['GemeenteGefusioneerdV1', merger],
  ['AdresGetransformeerdV1', readdressing],
];

if (process.env['KRUISPUNT_WRITE'] === '1') {
  mkdirSync(folder, { recursive: true });
  for (const [event, payload] of cases) {
    const stage = new Rehearsal(definitions, morning(first)).give(event, payload).advanceTo(morning('2027-03-02'));
    for (const state of stage.states.values()) {
      const file = `${folder}${state.chain}.${state.definition.slice(0, 8)}.ndjson`;
      const about = { chain: state.chain, definition: state.definition, state: sha256(canonical(state)) };
      const lines = [about, ...(stage.histories.get(state.id) ?? [])].map((line) => JSON.stringify(line));
      if (!existsSync(file)) writeFileSync(file, `${lines.join('\n')}\n`);
    }
  }
}

interface About {
  readonly chain: string;
  readonly definition: string;
  readonly state: string;
}
const read = (name: string): { readonly about: About; readonly rows: readonly HistoryRow[] } => {
  const [about, ...rows] = readFileSync(`${folder}${name}`, 'utf8').trim().split('\n');
  return { about: JSON.parse(about!) as About, rows: rows.map((row) => JSON.parse(row) as HistoryRow) };
};
const files = readdirSync(folder).filter((name) => name.endsWith('.ndjson'));

describe('histories that were recorded', () => {
  it('are there for every chain, of the version that begins now', () => {
    const kept = new Set(files.map((name) => read(name).about.chain));
    expect(definitions.map((d) => d.name).filter((name) => !kept.has(name))).toEqual([]);
  });

  it.each(files)('%s gives the state it gave, under the definition it is pinned to', (name) => {
    const { about, rows } = read(name);
    const pinned = definitions.find((d) => d.hash === about.definition);
    expect([pinned !== undefined, firstBroken(rows), rows.length > 0]).toEqual([true, undefined, true]);
    expect(sha256(canonical(fold(pinned!, rows)))).toBe(about.state);
  });
});
