import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cliBench, refusal } from './cli-bench.kit.js';

const cli = cliBench();

describe('what others wrote', () => {
  it('cannot move the terminal', async () => {
    const item = {
      id: 'S~t~0~1',
      subscription: 'S',
      name: '\u001b[2Jnaam',
      organisation: 'O',
      eventId: 'e\u202e-1',
      source: 's',
      type: 't',
      topic: 't',
      partition: 0,
      offset: 1,
      attempts: 8,
      group: 'ab',
      error: { class: '500', reason: 'answered\r\n500' },
      parkedAt: '2026-11-24T09:00:00Z',
      note: null,
      copyKept: true,
    };
    cli.gateway.routes['GET /v1/parked'] = () => ({ kind: 'ParkedList', items: [item] });
    for (const form of ['table', 'json', 'jsonl']) {
      const { code, out } = await cli.kruispunt('parked', 'list', '-o', form);
      expect(code).toBe(0);
      expect(out).not.toContain('\u001b');
      expect(out).not.toContain('\u202e');
      expect(out).not.toContain('\r');
    }
  });
});

describe('event publish and receipt verify', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const receipt = {
    eventId: 'e-1',
    source: 'urn:s',
    type: 't.v1',
    topic: 'verhuis',
    partition: 2,
    offset: 47,
    valueSha256: 'ab',
    acceptedAt: '2026-11-24T09:00:00Z',
    org: 'O',
  };
  const signed = (() => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const input = `${part({ alg: 'EdDSA', kid: 'k', typ: 'kruispunt-receipt+json' })}.${part(receipt)}`;
    return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`;
  })();
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'EdDSA', use: 'sig' }] };
  const indexed = { ...receipt, key: 'k', time: receipt.acceptedAt, loggedAt: receipt.acceptedAt };

  it('publishes one event in structured mode and a list as a batch', async () => {
    cli.gateway.routes['POST /v1/events'] = ({ body }) =>
      Array.isArray(body)
        ? {
            results: [
              { status: 202, ...receipt, receipt: signed },
              { status: 403, problem: refusal('foreign-territory') },
            ],
          }
        : { ...receipt, receipt: signed };
    await writeFile(join(cli.folder, 'one.json'), JSON.stringify({ id: 'e-1' }));
    await writeFile(join(cli.folder, 'many.ndjson'), '{"id":"e-1"}\n{"id":"e-2"}\n');
    const one = await cli.kruispunt('event', 'publish', '-f', 'one.json', '-o', 'json');
    expect(one.code).toBe(0);
    expect(JSON.parse(one.out)).toMatchObject({ receipt: signed });
    const many = await cli.kruispunt('event', 'publish', '-f', 'many.ndjson');
    expect(many.code).toBe(5);
    expect(many.out).toContain('foreign-territory');
    expect(cli.requests().map((a) => a.headers['content-type'])).toEqual([
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
    ]);
  });

  it('verifies a receipt against the signature and the log, and offline against kept keys', async () => {
    const file = join(cli.folder, 'receipt.json');
    await writeFile(file, JSON.stringify({ ...receipt, receipt: signed }));
    await writeFile(join(cli.folder, 'jwks.json'), JSON.stringify(jwks));
    cli.gateway.routes['GET /.well-known/jwks.json'] = () => jwks;
    cli.gateway.routes['GET /v1/index'] = () => ({ events: [indexed] });
    expect(await cli.kruispunt('receipt', 'verify', file, '-o', 'json')).toMatchObject({ code: 0 });
    const offline = await cli.kruispunt('receipt', 'verify', file, '--jwks', 'jwks.json', '-o', 'jsonl');
    expect(JSON.parse(offline.out)).toEqual({
      eventId: 'e-1',
      position: 'verhuis/2/47',
      signature: 'valid',
      log: 'not-asked',
    });
    cli.gateway.routes['GET /v1/index'] = () => ({ events: [{ ...indexed, valueSha256: 'cd' }] });
    expect(await cli.kruispunt('receipt', 'verify', file)).toMatchObject({ code: 1 });
    await writeFile(
      file,
      signed.replace(/\..*\./, (body) => `${body.slice(0, 10)}A${body.slice(11)}`),
    );
    const forged = await cli.kruispunt('receipt', 'verify', file, '-o', 'json');
    expect(forged.code).toBe(1);
    expect(JSON.parse(forged.out)).toMatchObject({ ok: false, findings: [{ signature: 'signature' }] });
  });
});

describe('the rest of the tree', () => {
  it('lists, shows and traces', async () => {
    cli.gateway.routes['GET /v1/subscriptions'] = () => ({
      subscriptions: [
        {
          id: 'S',
          name: 'verhuizingen',
          organisation: 'OVO001835',
          state: 'active',
          circuit: { kind: 'closed' },
          channel: 'WEBHOOK',
          protocol: 'P-118@2',
          types: ['t.v1'],
        },
      ],
    });
    cli.gateway.routes['GET /v1/subscriptions/S/deliveries'] = () => ({
      deliveries: [{ eventId: 'e-1', outcome: 'delivered', at: '2026-11-24T09:00:01Z', attempt: 1, replay: null }],
    });
    cli.gateway.routes['GET /v1/parked'] = () => ({ items: [] });
    cli.gateway.routes['GET /v1/index'] = () => ({
      events: [
        {
          topic: 'verhuis',
          partition: 0,
          offset: 5,
          eventId: 'e-1',
          source: 's',
          type: 't.v1',
          key: 'k',
          time: '2026-11-24T09:00:00Z',
          loggedAt: '2026-11-24T09:00:00Z',
          valueSha256: 'ab',
        },
      ],
    });
    expect((await cli.kruispunt('subscription', 'list')).out).toContain('P-118@2');
    const trace = await cli.kruispunt('event', 'trace', 'e-1');
    expect(trace.out).toMatch(/log +verhuis\/0\/5/);
    expect(trace.out).toMatch(/delivery +verhuizingen +delivered/);
    expect(
      (await cli.kruispunt('event', 'tail', '--since', '-1h', '--once', '-o', 'jsonl')).out.trim().split('\n'),
    ).toHaveLength(1);
  });

  it('finds a chain by its dossier', async () => {
    const id = '3e2d1c0b-1a29-4837-8655-443322110099';
    const summary = {
      id,
      chain: 'verhuis',
      version: 1,
      dossier: 'VH-1',
      gemeente: '24062',
      status: 'running',
      state: 'ControleAangevraagd',
      startedAt: '2026-11-24T09:00:00Z',
      updatedAt: '2026-11-24T09:00:00Z',
    };
    cli.gateway.routes['GET /v1/instances'] = ({ url: path }) => ({
      instances: path.includes('VH-1') ? [summary] : [],
    });
    cli.gateway.routes[`GET /v1/instances/${id}`] = () => ({
      ...summary,
      waitsFor: [{ node: 'controle', events: ['x'] }],
      terms: [{ rule: 'verhuis.woonstcontrole', state: 'running', due: '2026-12-15' }],
      tasks: [],
      history: [],
    });
    expect((await cli.kruispunt('chain', 'show', 'VH-1')).out).toContain('verhuis.woonstcontrole running → 2026-12-15');
    expect(await cli.kruispunt('chain', 'show', 'VH-2')).toMatchObject({ code: 3 });
  });

  it('says what runs and what does not', async () => {
    cli.gateway.routes['GET /health/ready'] = () => ({});
    cli.gateway.routes['GET /v1/parked/groups'] = () => ({ groups: [{ count: 3 }] });
    cli.gateway.routes['GET /v1/replays'] = () => ({ runs: [], plans: [] });
    cli.gateway.routes['GET /v1/flow'] = () => ({
      subscriptions: [
        {
          id: 'S',
          name: 'verhuizingen',
          state: 'active',
          circuit: { kind: 'open' },
          lagS: 3.21,
          backlog: 7,
          delivered: 1,
          suppressed: 0,
          held: 0,
          parked: 3,
        },
      ],
      total: { difference: 0, parked: 3 },
    });
    const { code, out } = await cli.kruispunt('status');
    expect(code).toBe(0);
    expect(out).toMatch(/difference +0/);
    expect(out).toMatch(/verhuizingen +active +open/);
  });

  it('tells machines the whole tree', async () => {
    const { out } = await cli.kruispunt('help', '--json');
    const tree = JSON.parse(out) as { commands: { name: string; commands: { name: string }[] }[] };
    const replay = tree.commands.find((c) => c.name === 'replay')!;
    expect(replay.commands.map((c) => c.name)).toEqual([
      'plan',
      'approve',
      'reject',
      'start',
      'pause',
      'resume',
      'cancel',
      'rate',
      'ramp',
      'show',
      'watch',
      'verify',
      'report',
      'list',
      'export',
      'import',
    ]);
  });
});
