import { describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Slug } from '@kruispunt/problem';
import { cliBench, refusal } from '../cli-bench.kit.js';

const cli = cliBench();

const plan = {
  kind: 'ReplayPlan',
  id: 'RP-7F3K2M9Q',
  digest: '9c41e07a',
  subscription: 'S',
  state: 'planned',
  request: { intent: 'failed', order: 'preserve', from: '2026-11-23T13:00:00.000Z', reason: 'certificaat verlopen' },
  summary: {
    queued: 12,
    skipped: { 'payload-expired': 1 },
    byType: { 't.v1': 12 },
    subjects: 11,
    oldestAt: null,
    newestAt: null,
    payloadExpired: 1,
    notAllowed: 0,
    duplicates: 0,
    personal: true,
    limited: false,
    estimatedMs: 2_400,
  },
  approval: { needed: ['personal-data'], by: null, reason: null },
  requestedBy: 'an',
  createdAt: '2026-11-24T09:00:00Z',
  expiresAt: '2026-11-25T09:00:00Z',
  run: null,
};
const run = (state: string, items: Record<string, number>, over = {}) => ({
  kind: 'ReplayRun',
  id: 'R-9QX2M7AB',
  plan: plan.id,
  subscription: 'S',
  state,
  pauseCause: null,
  rate: 50,
  ramp: '1,10,100,rest',
  step: 1,
  items: { total: 12, queued: 0, sending: 0, delivered: 0, failed: 0, skipped: 0, ...items },
  reasons: {},
  startedBy: 'an',
  startedAt: '2026-11-24T09:01:00Z',
  endedAt: null,
  ...over,
});

describe('replay plan', () => {
  const words = [
    'replay',
    'plan',
    '--subscription',
    'S',
    '--intent',
    'failed',
    '--from',
    '@2026-11-23T14:00',
    '--reason',
    'certificaat verlopen',
  ];

  it('shows what will happen, echoes the time, and ends with what to type next', async () => {
    cli.gateway.routes['POST /v1/replays'] = () => plan;
    const { code, out, err } = await cli.kruispunt(...words);
    expect(code).toBe(0);
    expect(out).toContain('Plan RP-7F3K2M9Q');
    expect(out).toMatch(/goedkeuring +nodig \(persoonsgegevens\)/);
    expect(err).toContain('--from 23/11/2026 14:00:00 Europe/Brussels = 2026-11-23T13:00:00Z');
    expect(err).toContain('Volgende: kruispunt replay approve RP-7F3K2M9Q');
    expect(cli.requests()[0]).toMatchObject({
      method: 'POST',
      headers: { authorization: 'Bearer token-of-operator' },
      body: { subscription: 'S', intent: 'failed', from: '2026-11-23T13:00:00.000Z', reason: 'certificaat verlopen' },
    });
  });

  it('with -o json prints the data alone on stdout', async () => {
    cli.gateway.routes['POST /v1/replays'] = () => plan;
    const { out } = await cli.kruispunt(...words, '-o', 'json');
    expect(JSON.parse(out)).toEqual(plan);
  });

  it('takes event ids from a file', async () => {
    await writeFile(join(cli.folder, 'ids'), 'e-1\n\ne-2\r\n');
    cli.gateway.routes['POST /v1/replays'] = () => plan;
    await cli.kruispunt(...words, '--event', '@ids', '--event', 'e-3', '-q');
    expect(cli.requests()[0]!.body).toMatchObject({ eventIds: ['e-1', 'e-2', 'e-3'] });
  });

  it('needs a reason (2), a real time (2), and a word before it sends what was delivered (6)', async () => {
    expect(await cli.kruispunt('replay', 'plan', '--subscription', 'S', '--intent', 'failed')).toMatchObject({
      code: 2,
    });
    expect(
      await cli.kruispunt(
        'replay',
        'plan',
        '--subscription',
        'S',
        '--intent',
        'failed',
        '--from',
        'ooit',
        '--reason',
        'certificaat verlopen',
      ),
    ).toMatchObject({ code: 2 });
    const all = await cli.kruispunt(
      'replay',
      'plan',
      '--subscription',
      'S',
      '--intent',
      'all',
      '--reason',
      'certificaat verlopen',
    );
    expect(all).toMatchObject({ code: 6, out: '' });
    expect(all.err).toContain('--include-delivered');
    expect(cli.requests()).toEqual([]);
  });
});

describe('replay approve and start', () => {
  it('approves the digest it saw, as somebody else', async () => {
    cli.gateway.routes[`GET /v1/replays/${plan.id}`] = () => plan;
    cli.gateway.routes[`POST /v1/replays/${plan.id}/approve`] = () => ({
      ...plan,
      state: 'approved',
      approval: { ...plan.approval, by: 'bo' },
    });
    const { code, err } = await cli.kruispunt(
      '--as',
      'collega',
      'replay',
      'approve',
      plan.id,
      '--reason',
      'nagekeken en goed',
    );
    expect(code).toBe(0);
    expect(err).toContain(`kruispunt replay start ${plan.id}`);
    expect(cli.requests()[1]).toMatchObject({
      headers: { authorization: 'Bearer token-of-collega' },
      body: { digest: plan.digest, reason: 'nagekeken en goed' },
    });
  });

  it('never asks without a terminal: exit 6 and the flag', async () => {
    cli.gateway.routes[`GET /v1/replays/${plan.id}`] = () => plan;
    const { code, err } = await cli.kruispunt('replay', 'start', plan.id, '--reason', 'certificaat vernieuwd');
    expect(code).toBe(6);
    expect(err).toContain('--yes');
    expect(cli.requests()).toHaveLength(1);
  });

  it('follows the run to its end, a line per 10 %, and says 5 when some failed', async () => {
    let polls = 0;
    cli.gateway.routes[`GET /v1/replays/${plan.id}`] = () => plan;
    cli.gateway.routes[`POST /v1/replays/${plan.id}/start`] = () => run('running', { queued: 12 });
    cli.gateway.routes['GET /v1/replays/R-9QX2M7AB'] = () =>
      polls++ === 0 ? run('running', { queued: 6, delivered: 6 }) : run('done', { delivered: 11, failed: 1 });
    const { code, out, err } = await cli.kruispunt(
      'replay',
      'start',
      plan.id,
      '--reason',
      'certificaat vernieuwd',
      '--rate',
      '50/s',
      '--yes',
    );
    expect(code).toBe(5);
    expect(err).toContain('50 %  6/12');
    expect(err).toContain('100 %  12/12');
    expect(err).toContain('Volgende: kruispunt replay verify R-9QX2M7AB');
    expect(out).toContain('Run R-9QX2M7AB  done');
    expect(cli.requests()[1]!.body).toEqual({
      digest: plan.digest,
      reason: 'certificaat vernieuwd',
      rate: 50,
      ramp: '1,10,100,rest',
    });
  });

  it('tells a run that waits at its gate (5)', async () => {
    cli.gateway.routes['GET /v1/replays/R-9QX2M7AB'] = () =>
      run('paused', { failed: 1, queued: 11 }, { pauseCause: 'gate' });
    const { code, out, err } = await cli.kruispunt('replay', 'watch', 'R-9QX2M7AB');
    expect(code).toBe(5);
    expect(out).toContain('paused (gate)');
    expect(err).toContain('replay resume');
  });

  it('detaches at Ctrl-C (130): the run goes on, and how to watch it again', async () => {
    cli.gateway.routes['GET /v1/replays/R-9QX2M7AB'] = () => run('running', { queued: 12 });
    const { child, ended, err } = cli.start(['replay', 'watch', 'R-9QX2M7AB']);
    while (!err().includes('0/12')) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    const { code, err: told } = await ended;
    expect(code).toBe(130);
    expect(told).toContain('de run loopt door');
    expect(told).toContain('kruispunt replay watch R-9QX2M7AB');
    expect(cli.requests().some((a) => a.method === 'POST')).toBe(false);
  });
});

describe('exit codes', () => {
  it.each<[Slug, number]>([
    ['not-found', 3],
    ['forbidden', 4],
    ['approval-required', 6],
    ['plan-changed', 7],
    ['run-active', 8],
    ['store-unavailable', 9],
    ['internal', 1],
  ])('%s is %i', async (slug, code) => {
    cli.gateway.routes['GET /v1/replays/R-1'] = () => refusal(slug, { reason: 'x' });
    const answer = await cli.kruispunt('replay', 'verify', 'R-1');
    cli.gateway.routes['GET /v1/replays/R-1/verify'] = () => refusal(slug, { reason: 'x' });
    const verified = await cli.kruispunt('replay', 'verify', 'R-1');
    expect([answer.code, verified.code]).toEqual([3, code]);
    expect(verified.out).toBe('');
    expect(verified.err).toContain(`[${slug}]`);
  });

  it('a gateway that is not there is 9, with what to do, in the language asked', async () => {
    const nowhere = join(cli.folder, 'nowhere.json');
    await writeFile(nowhere, JSON.stringify({ deliveryGateway: 'http://127.0.0.1:1', token: 't' }));
    const { code, err } = await cli.kruispunt('parked', 'list', '-c', nowhere, '--lang', 'en');
    expect(code).toBe(9);
    expect(err).toContain('cannot be reached');
    expect(err).toContain('npm start');
  });

  it('a failure under -o json is JSON on stderr, and stdout stays empty', async () => {
    const { out, err } = await cli.kruispunt('replay', 'show', 'RP-NONE', '-o', 'json');
    expect(out).toBe('');
    expect(JSON.parse(err)).toMatchObject({ kind: 'Failure', exit: 3, slug: 'not-found' });
  });

  it('a verification with a fault is 1 and shows it', async () => {
    cli.gateway.routes['GET /v1/replays/R-1/verify'] = () => ({
      kind: 'ReplayVerification',
      run: 'R-1',
      plan: 'RP-1',
      ok: false,
      delivered: 1,
      failed: 0,
      skipped: 0,
      faults: 1,
      outside: [],
      outsideCount: 0,
      items: [{ n: 1, id: 'e-1', before: 'parked', state: 'delivered', after: 'parked', fault: 'still-parked' }],
    });
    const { code, out } = await cli.kruispunt('replay', 'verify', 'R-1');
    expect(code).toBe(1);
    expect(out).toMatch(/e-1 +parked +delivered +parked +still-parked/);
  });
});
