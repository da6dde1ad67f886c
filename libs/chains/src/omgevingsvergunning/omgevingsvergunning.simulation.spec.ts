import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  applyBatch,
  firstBroken,
  fold,
  instanceId,
  type ChainState,
  type HistoryRow,
  type Item,
} from '@kruispunt/chain-engine';
import { addDays, startOfDay, termState } from '@kruispunt/term';
import { omgevingsvergunning } from './omgevingsvergunning.js';

const projectnummer = 'OMV_2026000123';
const definition = omgevingsvergunning();
const instance = instanceId('omgevingsvergunning', projectnummer);
const now = startOfDay('2026-04-20') + 9 * 3_600_000;
const days = fc.integer({ min: 0, max: 120 }).map((n) => addDays('2026-02-27', n));
const of = (name: string, payload: object) => ({ name, payload: { projectnummer, ...payload } });

/** Anything that can happen to a permit, on any day and in any order. */
const happenings = fc.oneof(
  fc
    .tuple(fc.constantFrom('ONTVANKELIJK_EN_VOLLEDIG', 'ONVOLLEDIG', 'UITZONDERING'), days)
    .map(([resultaat, verzendingsdatum]) =>
      of('VolledigheidBeoordeeldV1', { resultaat, verzendingsdatum, proceduretype: 'GEWOON' }),
    ),
  fc
    .tuple(fc.integer({ min: 1, max: 2 }), fc.constantFrom('GESTART', 'GESCHORST', 'HERVAT', 'AFGESLOTEN'), days)
    .map(([ronde, fase, datum]) => of('OpenbaarOnderzoekGewijzigdV1', { ronde, fase, datum })),
  fc
    .tuple(fc.constantFrom('OVO1', 'OVO2'), days)
    .map(([instantie, gevraagdOp]) => of('AdviesGevraagdV1', { ronde: 1, instantie, gevraagdOp })),
  fc
    .tuple(fc.constantFrom('OVO1', 'OVO2', 'OVO3'), days)
    .map(([instantie, adviesdatum]) =>
      of('AdviesUitgebrachtV1', { ronde: 1, instantie, strekking: 'GUNSTIG', adviesdatum }),
    ),
  fc
    .tuple(fc.constantFrom('EERSTE', 'LAATSTE'), fc.constantFrom('ADMINISTRATIEVE_LUS', 'VERZOEK_AANVRAGER'), days)
    .map(([aanleg, reden, meegedeeldOp]) => of('TermijnVerlengdV1', { aanleg, reden, meegedeeldOp })),
  fc
    .tuple(fc.constantFrom('VERGUND', 'GEWEIGERD'), days)
    .map(([uitkomst, beslissingsdatum]) => of('BeslissingGenomenV1', { uitkomst, beslissingsdatum })),
  fc
    .tuple(fc.constantFrom('AANPLAKKING', 'WEBSITE'), days)
    .map(([wijze, eersteDag]) => of('BeslissingBekendgemaaktV1', { wijze, eersteDag })),
  fc
    .tuple(fc.constantFrom('B1', 'B2'), days)
    .map(([beroepsnummer, ingesteldOp]) => of('BeroepIngesteldV1', { beroepsnummer, ingesteldOp })),
  fc
    .tuple(fc.constantFrom('ONTVANKELIJK_EN_VOLLEDIG', 'ONVOLLEDIG', 'ONONTVANKELIJK'), days)
    .map(([resultaat, verzendingsdatum]) =>
      of('BeroepBeoordeeldV1', { beroepsnummer: 'B1', resultaat, verzendingsdatum }),
    ),
  fc
    .tuple(fc.constantFrom('VERGUND', 'GEWEIGERD'), days)
    .map(([uitkomst, beslissingsdatum]) =>
      of('BeroepsbeslissingGenomenV1', { beroepsnummer: 'B1', uitkomst, beslissingsdatum }),
    ),
);

const filed = of('AanvraagIngediendV1', {
  ...{ procedure: 'GEWOON', commissieVereist: false, indieningsdatum: '2026-02-27', gemeentenNis: ['24055'] },
  ...{ adressen: [], percelen: [] },
});

function run(items: readonly Item[], batchSize: number) {
  let states: ReadonlyMap<string, ChainState> = new Map();
  const told: string[] = [];
  const rows: HistoryRow[] = [];
  for (let at = 0; at < items.length; at += batchSize) {
    const result = applyBatch([definition], { states, blocked: new Set() }, items.slice(at, at + batchSize), now);
    if (result.incidents.length > 0) throw new Error(result.incidents.map((i) => i.error).join());
    states = new Map([...states, ...[...result.states].map(([id, { state }]) => [id, state] as const)]);
    told.push(...result.publications.map((p) => p.publication.id));
    rows.push(...result.history.map((h) => h.row));
  }
  return { state: states.get(instance), told, rows };
}

describe('a permit under anything', () => {
  it('never fails, is the fold of its history, keeps its clock with its tokens, and does not depend on batches', () => {
    fc.assert(
      fc.property(fc.array(happenings, { maxLength: 25 }), fc.integer({ min: 1, max: 30 }), (happened, batchSize) => {
        const items = [filed, ...happened].map(({ name, payload }, n): Item => {
          const input = { kind: 'event', name, id: `e-${n}`, source: 'urn:test', payload } as const;
          return { instance, chain: 'omgevingsvergunning', input };
        });
        const one = run(items, 1);
        expect(run(items, batchSize)).toEqual(one);
        expect([fold(definition, one.rows), firstBroken(one.rows)]).toEqual([one.state, undefined]);
        const { tokens = {}, terms = {}, timers = {} } = one.state ?? {};
        for (const token of Object.keys(terms)) {
          const due = timers[`${token}/due`];
          const running = termState(terms[token]!) === 'running';
          expect([token in tokens, due !== undefined]).toEqual([true, running]);
        }
        for (const timer of Object.values(timers)) expect(tokens[timer.token]?.gen).toBe(timer.gen);
      }),
      { numRuns: 300 },
    );
  });
});
