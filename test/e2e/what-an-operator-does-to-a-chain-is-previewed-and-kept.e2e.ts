import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TokenClaims } from '@kruispunt/embedded';
import { addWorkingDays, civilDateAt } from '@kruispunt/term';
import { until } from '@kruispunt/testkit';
import { auditLines } from './audit-lines.js';
import { freshKey, move, publish } from './events.js';
import { advance, comesTo, instanceOf } from './moves.js';
import { colleague, jsonOf, openTestSystem, operator, type CliAnswer, type Json, type TestSystem } from './system.js';

const reason = 'afgesproken met de gemeente';
const today = civilDateAt(Date.now());
/** The last day of the officer's term: 15 working days (KB 16-07-1992). */
const lastDay = addWorkingDays(today, 15);
const dossiers = Array.from({ length: 4 }, () => freshKey('VH'));
const [first = '', second = '', third = ''] = dossiers;
const lawful: TokenClaims = { ...operator, scopes: ['kruispunt.operate', 'kruispunt.repair', 'kruispunt.law'] };
const alone: TokenClaims = { ...operator, scopes: [...lawful.scopes, 'kruispunt.approve'] };

interface Order extends Json {
  readonly id: string;
  readonly sample: readonly {
    readonly instance: string;
    readonly before: { readonly terms: Json };
    readonly after: { readonly terms: Json };
  }[];
}
const orderOf = (answer: CliAnswer) => jsonOf(answer) as unknown as Order;

/** "What an operator does is previewed, reasoned, and reversible or refused", for chains, by the operator's own tool. */
describe('what an operator does to a chain', () => {
  let bench: TestSystem;
  beforeAll(async () => {
    bench = await openTestSystem({
      apps: ['publish-gateway', 'chain-integrator'],
      alone: true,
      settings: { 'chain-integrator': { KP_CHAIN_FOUR_EYES: 'verhuis=move-token' } },
    });
    await publish(
      bench,
      dossiers.map((dossier) => move(dossier, { aangiftedatum: today })),
    );
    for (const dossier of dossiers) await comesTo(bench, dossier, 'ControleAangevraagd');
  });
  afterAll(() => bench?.close());

  const chain = (as: TokenClaims, ...words: readonly string[]) => bench.cli(as, 'chain', ...words, '-o', 'json');
  const decree = (as: TokenClaims, ...words: readonly string[]) => bench.cli(as, 'decree', ...words, '-o', 'json');
  const shown = async (dossier: string) => (await chain(operator, 'show', dossier)).out;
  const rowsOf = async (dossier: string) =>
    (JSON.parse(await shown(dossier)) as { history: readonly { seq: number; by: Json | null }[] }).history;
  const linesOf = async (action: string) =>
    (await auditLines(bench)).filter(({ handeling }) => handeling === action).map(({ door, reden }) => [door, reden]);
  const toEscalated = ['move-token', first, '--to', 'geescaleerd', '--reason', reason];

  it('is previewed: a dry run shows before and after, and changes nothing', async () => {
    const before = await shown(first);
    const preview = orderOf(await chain(lawful, ...toEscalated, '--dry-run'));
    expect(preview).toMatchObject({
      dryRun: true,
      sample: [{ before: { tokens: { main: 'woonstcontrole' } }, after: { tokens: { main: 'geescaleerd' } } }],
    });
    expect(await shown(first)).toBe(before);
    expect((await chain(operator, 'order', preview.id)).code).toBe(3);
    expect(await linesOf('chain.move-token')).toEqual([]);
  });

  it('is refused without a reason, and without the role that its verb asks', async () => {
    expect((await chain(lawful, 'annotate', first, '--note', 'gebeld')).code).toBe(2);
    expect((await chain(operator, ...toEscalated)).code).toBe(4);
    expect((await rowsOf(first)).filter(({ by }) => by !== null)).toEqual([]);
  });

  it('is done once under one id, stands in the history and in the audit trail, and the id is nobody else’s', async () => {
    const [id, note] = [randomUUID(), ['--note', 'gebeld met de wijkagent']];
    const again = ['annotate', second, ...note, '--reason', reason, '--op-id', id];
    expect(orderOf(await chain(operator, ...again))).toMatchObject({ id, state: 'DONE', counts: { DONE: 1 } });
    expect(orderOf(await chain(operator, ...again))).toMatchObject({ id, state: 'DONE', counts: { DONE: 1 } });
    expect((await rowsOf(second)).flatMap(({ by }) => by ?? [])).toMatchObject([{ actor: 'operator', reason }]);
    expect((await chain(operator, 'annotate', third, ...note, '--reason', reason, '--op-id', id)).code).toBe(8);
    expect((await rowsOf(third)).flatMap(({ by }) => by ?? [])).toEqual([]);
    expect(await linesOf('chain.annotate')).toContainEqual(['operator', reason]);
  });

  it('takes two where the chain says so: nothing moves before a second person has read it', async () => {
    const asked = orderOf(await chain(alone, ...toEscalated));
    expect([asked['state'], (await instanceOf(bench, first))?.state]).toEqual(['PROPOSED', 'ControleAangevraagd']);
    expect((await chain(alone, 'approve', asked.id, '--reason', reason)).code).toBe(8);
    expect((await chain(lawful, 'approve', asked.id, '--reason', reason)).code).toBe(4);
    const done = orderOf(await chain(colleague, 'approve', asked.id, '--reason', 'nagelezen in het dossier'));
    expect(done).toMatchObject({ state: 'DONE', counts: { DONE: 1 }, second: 'collega' });
    expect((await rowsOf(first)).at(-1)?.by).toMatchObject({ actor: 'operator', second: 'collega', role: 'repair' });
    expect(await linesOf('chain.approve')).toEqual([['collega', 'nagelezen in het dossier']]);
  });

  it('reaches every running term by decree: counted first, approved by another, a line before and after of each', async () => {
    const words = ['--rule', 'verhuis.woonstcontrole', '--on', today, '--basis', 'noodbesluit 2026/7'];
    const plan = ['plan', 'extend', '--days', '10', ...words, '--reason', reason];
    const preview = orderOf(await decree(lawful, ...plan, '--dry-run'));
    const terms = Number(preview['items']);
    expect(terms).toBeGreaterThanOrEqual(3);
    expect((await decree(operator, ...plan)).code).toBe(4);
    const { id } = orderOf(await decree(lawful, ...plan));
    expect(orderOf(await decree(operator, 'show', id))).toMatchObject({ state: 'PROPOSED', items: terms });
    expect(orderOf(await chain(operator, 'explain', second))).toMatchObject({ waits: [{ term: { due: lastDay } }] });
    jsonOf(await decree(colleague, 'approve', id, '--reason', 'nagelezen in het Staatsblad'));
    const report = orderOf(await decree(operator, 'report', id));
    expect(report).toMatchObject({ state: 'DONE', counts: { DONE: terms } });
    expect(report.sample).toHaveLength(terms);
    const longer = addWorkingDays(lastDay, 10);
    for (const dossier of [second, third]) {
      const { id: instance } = (await instanceOf(bench, dossier))!;
      expect(report.sample.find((s) => s.instance === instance)).toMatchObject({
        before: { terms: { main: `verhuis.woonstcontrole running ${lastDay}` } },
        after: { terms: { main: `verhuis.woonstcontrole running ${longer}` } },
      });
    }
    expect((await rowsOf(third)).at(-1)?.by).toMatchObject({ basis: 'noodbesluit 2026/7', second: 'collega' });
    expect(await linesOf('chain.decree')).toEqual([['operator', reason]]);
  });

  it('counts again what runs when a calendar changes, and lists what moved', async () => {
    const free = addWorkingDays(today, 5);
    const words = ['--rule', 'verhuis.woonstcontrole', '--on', today, '--basis', 'besluit feestdag'];
    const { id } = orderOf(await decree(lawful, 'plan', 'reproject', '--calendar', free, ...words, '--reason', reason));
    jsonOf(await decree(colleague, 'approve', id, '--reason', 'nagelezen in het Staatsblad'));
    const { sample } = orderOf(await decree(operator, 'report', id));
    const [was, is] = [addWorkingDays(lastDay, 10), addWorkingDays(lastDay, 11)];
    expect(sample.find((s) => String(s.before.terms['main']).endsWith(was))?.after.terms).toEqual({
      main: `verhuis.woonstcontrole running ${is}`,
    });
    expect(orderOf(await chain(operator, 'explain', third))).toMatchObject({ waits: [{ term: { due: is } }] });
  });

  it('is asked before it is done: why it stands there, what time brings, what another version had done', async () => {
    const before = await shown(third);
    const waits = [{ node: 'woonstcontrole', term: { rule: 'verhuis.woonstcontrole', state: 'running' } }];
    expect(orderOf(await chain(operator, 'explain', third))).toMatchObject({ stoppedBy: [], waits });
    const foreseen = [{ signal: 'NADERT' }, { signal: 'VERSTREKEN', after: { toestand: 'TermijnVerstreken' } }];
    expect(orderOf(await chain(operator, 'what-if', third, '--days', '60'))).toMatchObject({ foreseen });
    expect(orderOf(await chain(operator, 'shadow', third))).toMatchObject({ kind: 'ChainShadow', differences: [] });
    expect(await shown(third)).toBe(before);
  });

  it('is kept: the history verifies against its seals in the log, and a row changed in the database is named', async () => {
    await advance(bench, 'P1D');
    const [{ parts } = { parts: 0 }] = await bench.database.query<{ parts: number }>({
      name: 'e2e-parts',
      text: 'select count(distinct part)::int as parts from chain_history',
    });
    const verify = async () => {
      const answer = await chain(operator, 'verify', '--from', today);
      return { code: answer.code, ...(JSON.parse(answer.out) as { seals: number; intact: boolean; findings: Json[] }) };
    };
    await until('every partition is sealed', async () => (await verify()).seals === parts, 60_000);
    expect(await verify()).toMatchObject({ code: 0, intact: true, findings: [] });
    const { id: instance } = (await instanceOf(bench, second))!;
    await bench.database.query({
      name: 'e2e-tamper',
      text: `update chain_history set data = jsonb_set(data, '{toestand}', '"Ingeschreven"') where id = $1 and seq = 2`,
      values: [instance],
    });
    const named = await verify();
    expect([named.code, named.intact]).toEqual([1, false]);
    expect(named.findings).toMatchObject([{ what: 'altered', instance, seq: 2 }]);
  });
});
