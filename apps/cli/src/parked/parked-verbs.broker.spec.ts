import { describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cliBench, refusal } from '../cli-bench.kit.js';

const cli = cliBench();
const group = '9f3b'.repeat(8);
const reason = ['--reason', 'afgesproken met de ontvanger'];

const acted = (verb: string, over = {}) => ({
  kind: 'ParkedAct',
  verb,
  dryRun: false,
  events: 3,
  keysFreed: 2,
  eventsBehind: 5,
  restorableUntil: verb === 'discard' ? '2026-12-24T09:00:00.000Z' : null,
  subscriptions: [{ subscription: 'S', name: 'verhuizingen', events: 3, keysFreed: 2, eventsBehind: 5 }],
  ...over,
});
const plan = {
  kind: 'ReplayPlan',
  id: 'RP-7F3K2M9Q',
  digest: '9c41e07a',
  subscription: 'S',
  state: 'planned',
  request: { intent: 'failed', order: 'preserve', reason: 'afgesproken met de ontvanger' },
  summary: {
    queued: 3,
    skipped: {},
    byType: { 't.v1': 3 },
    subjects: 3,
    payloadExpired: 0,
    notAllowed: 0,
    duplicates: 0,
    limited: false,
    estimatedMs: 600,
  },
  approval: { needed: [], by: null, reason: null },
  createdAt: '2026-11-24T09:00:00Z',
  expiresAt: '2026-11-25T09:00:00Z',
};

describe('what a person does with parked events', () => {
  it('notes and assigns, and takes a note away by leaving it out', async () => {
    cli.gateway.routes[`POST /v1/parked/${group}/note`] = () => acted('note');
    cli.gateway.routes[`POST /v1/parked/${group}/assign`] = () => acted('assign');
    expect((await cli.kruispunt('parked', 'note', group, 'certificaat verlopen', ...reason)).code).toBe(0);
    await cli.kruispunt('parked', 'note', group, ...reason);
    await cli.kruispunt('parked', 'assign', group, 'bo', ...reason);
    expect(cli.requests().map(({ body }) => body)).toEqual([
      { note: 'certificaat verlopen', reason: reason[1] },
      { note: null, reason: reason[1] },
      { assignee: 'bo', reason: reason[1] },
    ]);
  });

  it('discards only when the subscription is named (6), and says until when it can be undone', async () => {
    cli.gateway.routes['GET /v1/parked'] = () => ({ items: [{ name: 'verhuizingen' }] });
    cli.gateway.routes[`POST /v1/parked/${group}/discard`] = () => acted('discard');
    const unnamed = await cli.kruispunt('parked', 'discard', group, ...reason);
    expect(unnamed.code).toBe(6);
    expect(unnamed.err).toContain('--confirm "verhuizingen"');
    expect((await cli.kruispunt('parked', 'discard', group, ...reason, '--confirm', 'iets anders')).code).toBe(6);
    expect(cli.requests().some(({ method }) => method === 'POST')).toBe(false);
    const { code, out, err } = await cli.kruispunt('parked', 'discard', group, ...reason, '--confirm', 'verhuizingen');
    expect(code).toBe(0);
    expect(out).toMatch(/sleutels die verder gaan +2/);
    expect(out).toMatch(/terug te halen tot +24\/12\/2026/);
    expect(err).toContain(`Volgende: kruispunt parked restore ${group}`);
  });

  it('rehearses without asking, and says that nothing was done', async () => {
    cli.gateway.routes[`POST /v1/parked/${group}/discard`] = () => acted('discard', { dryRun: true });
    const { code, err } = await cli.kruispunt('parked', 'discard', group, ...reason, '--dry-run');
    expect(code).toBe(0);
    expect(err).toContain('proefdraai: er is niets gedaan');
    expect(cli.requests()).toMatchObject([{ body: { dryRun: true } }]);
  });

  it('restores; what is gone for good is a conflict (8)', async () => {
    cli.gateway.routes[`POST /v1/parked/${group}/restore`] = () => refusal('conflict', { reason: 'nothing' });
    expect((await cli.kruispunt('parked', 'restore', group, ...reason)).code).toBe(8);
  });

  it('retries a group as a plan, which is started as any other', async () => {
    cli.gateway.routes[`POST /v1/parked/${group}/retry`] = () => plan;
    const { out, err } = await cli.kruispunt('parked', 'retry', group, ...reason);
    expect(out).toContain('Plan RP-7F3K2M9Q');
    expect(err).toContain('Volgende: kruispunt replay start RP-7F3K2M9Q');
  });

  it('exports as lines or as csv, data alone on stdout', async () => {
    cli.gateway.routes['POST /v1/parked/export'] = () => ({ id: 'S~t~0~1' });
    const { code, out } = await cli.kruispunt('parked', 'export', '--group', group, ...reason, '-o', 'csv');
    expect([code, out]).toEqual([0, '{"id":"S~t~0~1"}']);
    expect(cli.requests()).toMatchObject([{ body: { group, format: 'csv', reason: reason[1] } }]);
  });

  it('shows groups by what was asked', async () => {
    const one = { group: 't.v1', count: 3, keys: 2, subscriptions: 2, firstAt: plan.createdAt, lastAt: plan.createdAt };
    cli.gateway.routes['GET /v1/parked/groups'] = () => ({ groups: [{ ...one, type: 't.v1', name: null }] });
    const { out } = await cli.kruispunt('parked', 'groups', '--by', 'type');
    expect(out).toContain('t.v1');
    expect(cli.requests()[0]?.url).toBe('/v1/parked/groups?by=type');
    expect((await cli.kruispunt('parked', 'groups', '--by', 'kleur')).code).toBe(2);
  });
});

describe('a plan as a file', () => {
  const item = (offset: number) => ({
    n: offset,
    eventId: `e-${offset}`,
    source: 's',
    type: 't',
    topic: 'verhuis',
    partition: 0,
    offset,
    before: 'parked',
    state: 'queued',
    reason: null,
  });
  const file = { kind: 'ReplayPlanExport', plan: plan.id, digest: plan.digest, request: { intent: 'failed' } };

  it('is exported with all its items, page by page', async () => {
    cli.gateway.routes[`GET /v1/replays/${plan.id}/export`] = () => file;
    cli.gateway.routes[`GET /v1/replays/${plan.id}/items`] = ({ url }) =>
      url.includes('after=0') ? { items: [item(1)], next: 1 } : { items: [item(2)], next: null };
    const { out } = await cli.kruispunt('replay', 'export', plan.id);
    expect(JSON.parse(out)).toEqual({ ...file, items: [item(1), item(2)] });
  });

  it('is made again with the same digest, or says what differs (7)', async () => {
    await writeFile(join(cli.folder, 'plan.json'), JSON.stringify({ ...file, items: [item(1), item(2)] }));
    cli.gateway.routes['POST /v1/replays/import'] = () => plan;
    expect((await cli.kruispunt('replay', 'import', 'plan.json', ...reason)).code).toBe(0);
    expect(cli.requests()[0]?.body).toEqual({ request: { intent: 'failed' }, digest: plan.digest, reason: reason[1] });
    cli.gateway.routes['POST /v1/replays/import'] = () => refusal('plan-changed', { plan: 'RP-OTHER000' });
    cli.gateway.routes['GET /v1/replays/RP-OTHER000/items'] = () => ({ items: [item(2), item(3)], next: null });
    const { code, err } = await cli.kruispunt('replay', 'import', 'plan.json', ...reason);
    expect(code).toBe(7);
    expect(err).toContain('- verhuis/0/1  e-1  parked, queued');
    expect(err).toContain('+ verhuis/0/3  e-3  parked, queued');
    await writeFile(join(cli.folder, 'other.json'), '{}');
    expect((await cli.kruispunt('replay', 'import', 'other.json', ...reason)).code).toBe(2);
  });
});

describe('a run that is active', () => {
  it('gets another ramp, and every verb can be rehearsed', async () => {
    const run = {
      kind: 'ReplayRun',
      id: 'R-1',
      plan: plan.id,
      subscription: 'S',
      state: 'running',
      rate: 5,
      ramp: '10,rest',
      items: { total: 3, queued: 3, sending: 0, delivered: 0, failed: 0, skipped: 0 },
      reasons: {},
      startedBy: 'an',
      startedAt: plan.createdAt,
      endedAt: null,
      dryRun: true,
    };
    for (const verb of ['pause', 'resume', 'cancel', 'rate', 'ramp'])
      cli.gateway.routes[`POST /v1/replays/R-1/${verb}`] = () => run;
    for (const words of [
      ['pause', 'R-1'],
      ['resume', 'R-1'],
      ['cancel', 'R-1'],
      ['rate', 'R-1', '9/s'],
      ['ramp', 'R-1', '10,rest'],
    ]) {
      const { code, err } = await cli.kruispunt('replay', ...words, ...reason, '--dry-run');
      expect(code).toBe(0);
      expect(err).toContain('proefdraai');
    }
    expect(cli.requests().map(({ body }) => body)).toMatchObject([
      { dryRun: true },
      { dryRun: true },
      { dryRun: true },
      { dryRun: true, rate: 9 },
      { dryRun: true, ramp: '10,rest' },
    ]);
  });
});
