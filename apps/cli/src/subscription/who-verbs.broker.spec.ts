import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { cliBench, refusal } from '../cli-bench.kit.js';

const cli = cliBench();
const id = '3e2d1c0b-1a29-4837-8655-443322110099';

describe('subscription show --effective', () => {
  it('asks what the server applies, and prints every fact of it', async () => {
    cli.gateway.routes['GET /v1/subscriptions'] = () => ({
      subscriptions: [{ id, name: 'verhuizingen', organisation: 'OVO999301' }],
    });
    cli.gateway.routes[`GET /v1/subscriptions/${id}/effective`] = () => ({
      id,
      name: 'verhuizingen',
      organisation: 'OVO999301',
      on: '2026-11-25',
      state: 'active',
      asked: { protocol: 'P-1@1', nis: ['44040'] },
      protocol: 'P-1@2',
      force: 'in-force',
      types: [{ type: 't.v1', klasse: 'PERSOON', fields: ['nisNieuw'], withheld: ['adresRef'], rule: 'P-1@2' }],
      territory: ['44040', '44088'],
      endedMunicipalities: [{ nis: '44040', endedOn: '2024-12-31', successors: ['44088'] }],
      filter: null,
      period: { from: '2026-01-01', to: null },
      subjects: 'registered',
      registered: { standing: 12, ending: 3 },
      channel: 'PULL',
      order: 'hold',
      inFlightMax: 16,
      circuit: { kind: 'closed' },
      position: { backlog: 0, lagS: 0, delivered: 7, held: 0, parked: 1 },
      alarms: [{ kind: 'filter-municipality-ended', nis: '44040' }],
    });
    const { code, out } = await cli.kruispunt('subscription', 'show', 'OVO999301/verhuizingen', '--effective');
    expect(code).toBe(0);
    for (const fact of [
      'P-1@2 (in-force) ← P-1@1',
      '44040 † 2024-12-31 → 44088',
      '12 registered · 3 eindigen weldra',
      '! filter-municipality-ended 44040',
    ])
      expect(out).toContain(fact);
    expect(out).toMatch(/t\.v1\s+PERSOON\s+nisNieuw\s+1\s+P-1@2/);
    expect((await cli.kruispunt('subscription', 'show', 'niemand')).code).toBe(3);
  });
});

describe('subscription simulate', () => {
  it('sends the event of a file and prints who gets it, with which fields, by which rule', async () => {
    const file = join(cli.folder, 'event.json');
    await writeFile(file, JSON.stringify({ id: 'e1', type: 't' }));
    cli.gateway.routes['POST /v1/subscriptions/simulate'] = () => ({
      results: [
        { subscription: id, name: 'a', gets: 'yes', rule: 'P-1@1', fields: ['nisNieuw'] },
        { subscription: 'b', name: 'b', gets: 'no', rule: 'filter:territory', fields: [] },
      ],
    });
    const { code, out } = await cli.kruispunt(
      'subscription',
      'simulate',
      '--event',
      file,
      '--reason',
      'vraag van de afnemer',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/yes\s+P-1@1\s+nisNieuw/);
    expect(out).toContain('filter:territory');
    expect(cli.requests().at(-1)!.body).toEqual({
      event: { id: 'e1', type: 't' },
      reason: 'vraag van de afnemer',
    });
  });

  it('wants an event or a subscription, not both and not neither', async () => {
    expect((await cli.kruispunt('subscription', 'simulate')).code).toBe(2);
    expect((await cli.kruispunt('subscription', 'simulate', id, '--event', 'x.json')).code).toBe(2);
  });
});

describe('subscription subjects import', () => {
  it('goes by the thousand, numbers every refusal by its line in the file, and says where to go on', async () => {
    const file = join(cli.folder, 'personen.ndjson');
    await writeFile(file, Array.from({ length: 1_500 }, (_, n) => JSON.stringify({ subject: `p1.${n}` })).join('\n'));
    cli.gateway.routes[`POST /v1/subscriptions/${id}/subjects`] = ({ body }) =>
      String(body)
        .split('\n')
        .map((_, n) =>
          JSON.stringify(
            n === 9
              ? { line: 10, outcome: 'refused', problem: { slug: 'not-json' } }
              : { line: n + 1, outcome: 'registered' },
          ),
        )
        .join('\n');
    const { code, out, err } = await cli.kruispunt('subscription', 'subjects', 'import', id, '--file', file);
    expect(code).toBe(5);
    expect(out).toContain(`${file}:10 not-json`);
    expect(out).toContain(`${file}:1010 not-json`);
    expect(out).toMatch(/registered +1498/);
    expect(err).toContain('1500 lijnen (100 %)');
  });

  it('says from which line to go on where it broke off, and goes on there with the lines numbered as in the file', async () => {
    const file = join(cli.folder, 'afgebroken.ndjson');
    await writeFile(file, Array.from({ length: 2_500 }, (_, n) => JSON.stringify({ subject: `p1.${n}` })).join('\n'));
    const first = ({ body }: { readonly body: unknown }) =>
      (JSON.parse(String(body).split('\n')[0]!) as { subject: string }).subject;
    const route = `POST /v1/subscriptions/${id}/subjects`;
    const answer = (body: unknown) =>
      String(body)
        .split('\n')
        .map((_, n) => JSON.stringify({ line: n + 1, outcome: 'registered' }))
        .join('\n');
    cli.gateway.routes[route] = (asked) =>
      first(asked) === 'p1.1000' ? refusal('store-unavailable') : answer(asked.body);
    const broken = await cli.kruispunt('subscription', 'subjects', 'import', id, '--file', file);
    expect(broken.code).not.toBe(0);
    expect(broken.err).toContain('--from-line 1001');

    cli.gateway.routes[route] = ({ body }) => answer(body);
    const words = ['subscription', 'subjects', 'import', id, '--file', file, '--from-line', '1001', '-o', 'jsonl'];
    const { code, out } = await cli.kruispunt(...words);
    expect(code).toBe(0);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { line: number }).line);
    expect(lines).toEqual(Array.from({ length: 1_500 }, (_, n) => 1_001 + n));
  });

  it('sends what it read before it reads on: a file of any length in little memory', async () => {
    const file = join(cli.folder, 'lang.ndjson');
    // 60 MB: as one text, and again as its lines, it would not fit in what the process is given.
    const long = JSON.stringify({ subject: 'p1.0', note: 'x'.repeat(5_900) });
    await writeFile(file, `${long}\n`.repeat(10_000));
    cli.gateway.routes[`POST /v1/subscriptions/${id}/subjects`] = ({ body }) =>
      String(body)
        .split('\n')
        .map((_, n) => JSON.stringify({ line: n + 1, outcome: 'unchanged' }))
        .join('\n');
    const words = ['subscription', 'subjects', 'import', id, '--file', file, '-o', 'json'];
    const { code, out } = await cli.start(words, { NODE_OPTIONS: '--max-old-space-size=48' }).ended;
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ lines: 10_000, unchanged: 10_000, refusals: [] });
    expect(Math.max(...cli.requests().map(({ body }) => String(body).length))).toBeLessThan(1_048_576);
  });

  it('names the line that is too long to be one', async () => {
    const file = join(cli.folder, 'een-lijn.ndjson');
    await writeFile(file, `{"subject":"p1.0"}\n${'x'.repeat(1_200_000)}`);
    cli.gateway.routes[`POST /v1/subscriptions/${id}/subjects`] = () => '{"line":1,"outcome":"registered"}';
    const { code, err } = await cli.kruispunt('subscription', 'subjects', 'import', id, '--file', file);
    expect(code).toBe(2);
    expect(err).toContain(`${file}:2 is langer dan`);
    expect(err).toContain('--from-line 1');
  });
});
