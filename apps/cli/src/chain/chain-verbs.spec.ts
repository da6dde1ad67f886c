import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { opVerbs } from '@kruispunt/chain-engine';
import { problem, toProblemJson } from '@kruispunt/problem';
import { standInServer, type StandInServer } from '@kruispunt/testkit';
import { runIn } from '../main.js';
import { verbs } from './verbs.js';

const instance = '3e2d1c0b-1a29-4837-8655-443322110099';
let gateway: StandInServer;
let folder: string;

beforeAll(async () => {
  gateway = await standInServer();
  folder = await mkdtemp(join(tmpdir(), 'kruispunt-verbs-'));
  const { url } = gateway;
  const clients = { operator: { clientId: 'operator', clientSecret: 's' } };
  await writeFile(join(folder, 'context.json'), JSON.stringify({ chainIntegrator: url, issuer: { url }, clients }));
  await writeFile(join(folder, 'verslag.json'), '{"dossier":"VH-1"}');
});
afterAll(async () => {
  await gateway.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  gateway.asked.length = 0;
  gateway.routes = {
    'POST /token': () => ({ access_token: 't' }),
    'GET /v1/instances': () => ({ instances: [{ id: instance }] }),
    'POST /v1/ops': ({ body }) => answer(body as Record<string, unknown>),
  };
});

const glance = (node: string) => ({ toestand: 'X', tokens: { main: node }, terms: {}, tasks: {} });
const answer = (body: Record<string, unknown>, more: object = {}) => ({
  id: 'order-1',
  verb: body['verb'],
  state: body['dryRun'] === true ? 'RUNNING' : 'DONE',
  items: 1,
  counts: body['dryRun'] === true ? {} : { DONE: 1 },
  digest: 'd',
  actor: 'operator',
  role: 'repair',
  reason: body['reason'],
  basis: null,
  second: null,
  ...(body['dryRun'] === true && { dryRun: true }),
  sample: [{ instance, token: null, state: 'DONE', because: null, before: glance('a'), after: glance('b') }],
  ...more,
});

/** The words of a command line as a shell would give them. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)]
    .map((m) => m[1] ?? m[2] ?? '')
    .map((word) => (word === '…' ? 'zoals afgesproken' : word))
    .map((word) => (word.endsWith('.json') ? join(folder, word) : word));

async function kruispunt(...words: string[]) {
  const written = { out: '', err: '' };
  const into = (name: 'out' | 'err') =>
    new Writable({ write: (chunk, _, done) => ((written[name] += String(chunk)), done()) });
  const code = await runIn(
    {
      env: { KP_CONTEXT_FILE: join(folder, 'context.json'), LANG: 'nl_BE.UTF-8' },
      folder,
      stdout: into('out'),
      stderr: into('err'),
      stdin: Readable.from([]),
      now: () => 0,
      interrupted: new AbortController().signal,
    },
    words,
  );
  return { code, ...written };
}
const asked = () => gateway.asked.filter((a) => a.url === '/v1/ops').map((a) => a.body as Record<string, unknown>);

describe('the verbs on chains', () => {
  it('are all there: what the engine knows can be typed', () => {
    expect(verbs.map((v) => v.name).sort()).toEqual(Object.keys(opVerbs).sort());
    expect(verbs.length).toBeGreaterThanOrEqual(20);
  });

  it.each(verbs.map((v) => [v.name, v.example]))(
    '%s does as its example says, with a dry run',
    async (name, example) => {
      const [, ...words] = wordsOf(example);
      const { code, out } = await kruispunt(...words, ...(words.includes('--dry-run') ? [] : ['--dry-run']));
      expect([code, out.includes('proefdraai'), out.includes('main:b')]).toEqual([0, true, true]);
      expect(asked()).toMatchObject([{ verb: name, dryRun: true, reason: expect.any(String) }]);
    },
  );

  it('reads a payload from a file, and sends the scope that was meant', async () => {
    await kruispunt(
      'chain',
      'edit',
      'VH-1',
      '--payload',
      join(folder, 'verslag.json'),
      '--reason',
      'tikfout in het verslag',
    );
    expect(asked()[0]).toMatchObject({ args: { payload: { dossier: 'VH-1' } }, scope: { instances: [instance] } });
    await kruispunt('chain', 'retry', '--fingerprint', '9c41', '--reason', 'fout hersteld', '--yes');
    expect(asked().slice(1)).toMatchObject([
      { scope: { fingerprint: '9c41' }, dryRun: true },
      { scope: { fingerprint: '9c41' } },
    ]);
  });

  it('asks before it touches a selection, and without a terminal says which word answers', async () => {
    const { code, err } = await kruispunt('chain', 'discard', '--chain', 'verhuis', '--reason', 'dubbel gemeld');
    expect([code, err.includes('--yes'), asked().length]).toEqual([6, true, 1]);
    expect((await kruispunt('chain', 'retry', '--reason', 'waarop eigenlijk')).code).toBe(2);
    expect((await kruispunt('chain', 'retry', 'VH-1')).code).toBe(2);
  });

  it('ends with a code that tells how it went, and names the next word', async () => {
    gateway.routes['POST /v1/ops'] = ({ body }) =>
      answer(body as Record<string, unknown>, { state: 'PROPOSED', counts: { WAITING: 1 } });
    const proposed = await kruispunt('chain', 'restart', 'VH-1', '--reason', 'verkeerd gestart');
    expect([proposed.code, proposed.err]).toEqual([0, expect.stringContaining('kruispunt chain approve order-1')]);
    gateway.routes['POST /v1/ops'] = ({ body }) =>
      answer(body as Record<string, unknown>, { counts: { DONE: 1, REFUSED: 1 } });
    expect((await kruispunt('chain', 'restart', 'VH-1', '--reason', 'verkeerd gestart')).code).toBe(5);
    gateway.routes['POST /v1/ops'] = () => toProblemJson(problem('forbidden', { scope: 'kruispunt.repair' }));
    expect((await kruispunt('chain', 'restart', 'VH-1', '--reason', 'verkeerd gestart')).code).toBe(4);
  });

  it('explains, foresees, shadows and groups', async () => {
    const wait = { token: 'main', node: 'controle', events: [{ type: 't', keys: ['dossier'], lastSeenAt: null }] };
    gateway.routes[`GET /v1/instances/${instance}/explain`] = () => ({
      state: 'X',
      status: 'OPEN',
      stoppedBy: ['incident: fout'],
      waits: [{ ...wait, term: { rule: 'r', state: 'running', due: '2026-05-12', lines: ['feit op'] }, wakesAt: null }],
    });
    gateway.routes[`GET /v1/instances/${instance}/what-if`] = () => ({
      until: '2026-05-12T00:00:00Z',
      foreseen: [{ at: '2026-05-12T00:00:00Z', signal: 'VERSTREKEN', publishes: ['t'], after: { toestand: 'Y' } }],
      end: { state: 'Y', status: 'OPEN' },
    });
    gateway.routes[`GET /v1/instances/${instance}/shadow`] = () => ({
      version: 2,
      differences: [{ seq: 3, input: 'e', what: 'toestand', was: 'X', would: 'Y' }],
    });
    gateway.routes['GET /v1/incidents/groups'] = () => ({
      groups: [{ fingerprint: '9c41', chain: 'verhuis', error: 'fout', count: 3, last: '2026-05-12T00:00:00Z' }],
    });
    expect((await kruispunt('chain', 'explain', 'VH-1')).out).toMatch(
      /nog niet gezien[^]*r running → 2026-05-12[^]*feit op/,
    );
    expect((await kruispunt('chain', 'what-if', 'VH-1', '--days', '60')).out).toContain('VERSTREKEN');
    expect((await kruispunt('chain', 'shadow', 'VH-1', '--against', '2')).code).toBe(5);
    expect((await kruispunt('chain', 'incidents')).err).toContain('kruispunt chain retry --fingerprint 9c41');
  });

  it('plans a decree, brings the second person’s word, and reports each term', async () => {
    gateway.routes['POST /v1/decrees'] = ({ body }) =>
      answer(body as Record<string, unknown>, { state: 'PROPOSED', counts: { WAITING: 1 }, given: body });
    gateway.routes['GET /v1/decrees/order-1'] = () => answer({}, { state: 'PROPOSED' });
    gateway.routes['GET /v1/decrees/order-1/report'] = () => answer({});
    gateway.routes['POST /v1/decrees/order-1/approve'] = ({ body }) => answer({}, { approved: body });
    const law = [
      '--rule',
      'omv.advies',
      '--on',
      '2026-06-08',
      '--basis',
      'noodbesluit 2026/7',
      '--reason',
      'overstroming',
    ];
    const plan = await kruispunt('decree', 'plan', 'extend', '--days', '30', ...law, '-o', 'json');
    expect(JSON.parse(plan.out)).toMatchObject({
      given: { change: 'extend', days: 30, selector: { rule: 'omv.advies' } },
    });
    expect(plan.err).toContain('kruispunt decree approve order-1');
    const approved = await kruispunt('decree', 'approve', 'order-1', '--reason', 'nagelezen', '-o', 'json');
    expect(JSON.parse(approved.out)).toMatchObject({ approved: { digest: 'd' } });
    expect((await kruispunt('decree', 'report', 'order-1', '-o', 'jsonl')).out).toContain(instance);
    expect((await kruispunt('decree', 'show', 'order-1')).code).toBe(0);
    expect((await kruispunt('decree', 'plan', 'extend')).code).toBe(2);
  });

  it('tells whether the history is what it was, and names what is not', async () => {
    const intact = { from: '2026-05-01', intact: true, rows: 9, seals: 1, findings: [] };
    gateway.routes['GET /v1/evidence'] = () => intact;
    expect(await kruispunt('chain', 'verify')).toMatchObject({ code: 0, out: expect.stringContaining('ongeschonden') });
    const finding = {
      what: 'altered',
      part: 0,
      instance,
      seq: 2,
      day: null,
      says: 'its content is not what its hash says',
    };
    gateway.routes['GET /v1/evidence'] = () => ({ ...intact, intact: false, findings: [finding] });
    const broken = await kruispunt('chain', 'verify', '--from', '2026-05-01');
    expect([broken.code, broken.out.includes('altered'), gateway.asked.at(-1)?.url]).toEqual([
      1,
      true,
      '/v1/evidence?from=2026-05-01',
    ]);
  });

  it('lists orders, and brings the second person’s word with the digest that was seen', async () => {
    gateway.routes['GET /v1/ops/order-1'] = () => answer({ verb: 'restart' }, { state: 'PROPOSED' });
    gateway.routes['POST /v1/ops/order-1/approve'] = ({ body }) => answer({ verb: 'restart' }, { approved: body });
    gateway.routes['GET /v1/ops'] = () => ({
      orders: [
        {
          id: 'order-1',
          verb: 'retry',
          state: 'DONE',
          items: 1,
          actor: 'o',
          reason: 'r',
          askedAt: '2026-05-12T00:00:00Z',
        },
      ],
    });
    const approved = await kruispunt('chain', 'approve', 'order-1', '--reason', 'nagekeken', '-o', 'json');
    expect(JSON.parse(approved.out)).toMatchObject({ approved: { digest: 'd', reason: 'nagekeken' } });
    expect((await kruispunt('chain', 'orders')).out).toContain('order-1');
  });

  it('carries plans between versions: looked at, tried, started with a few, taken back', async () => {
    const plan = { plan: 'p', chain: 'proef', from: 1, to: 2, hash: 'h', places: { a: 'b' }, terms: {}, findings: [] };
    const failures = [{ instance, dossier: 'VH-1', because: 'afgesloten' }];
    const tried = { plan: 'p', instances: 2, fit: 1, places: [{ from: 'a', to: 'b', count: 1 }], failed: 1, failures };
    const version = { chain: 'proef', version: 2, definition: 'abc', newest: true, open: 3, ended: 1 };
    gateway.routes = {
      ...gateway.routes,
      'GET /v1/versions': () => ({ versions: [{ ...version, valid: { from: '2026-07-01', until: null } }] }),
      'GET /v1/migrations': () => ({ plans: [{ ...plan, waiting: 2 }] }),
      'GET /v1/migrations/p': () => ({ ...plan, waiting: 2 }),
      'GET /v1/migrations/p/dry-run': () => ({ ...tried, findings: [] }),
      'POST /v1/migrations/p/start': ({ body }) => answer(body as Record<string, unknown>),
      'POST /v1/migrations/orders/order-1/undo': ({ body }) => answer(body as Record<string, unknown>),
    };
    const told = async (...words: string[]) => (await kruispunt('chain', ...words)).out;
    expect(await told('versions')).toContain('2026-07-01');
    expect(await told('migrate', 'plan')).toContain('proef');
    expect(await told('migrate', 'plan', 'p')).toContain('keep');
    const { code, out } = await kruispunt('chain', 'migrate', 'dry-run', 'p');
    expect([code, out.includes('VH-1')]).toEqual([5, true]);
    expect(await told('migrate', 'start', 'p', '--canary', '1', '--reason', 'zoals afgesproken')).toContain('order-1');
    expect(await told('migrate', 'undo', 'order-1', '--reason', 'zoals afgesproken')).toContain('order-1');
    expect(
      gateway.asked.filter((a) => a.method === 'POST' && a.url.includes('/migrations')).map((a) => a.body),
    ).toEqual([{ reason: 'zoals afgesproken', canary: 1 }, { reason: 'zoals afgesproken' }]);
  });
});
