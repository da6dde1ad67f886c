import { describe, expect, it } from '@jest/globals';
import { PostgresProtocolWitness } from '@kruispunt/postgres';
import {
  personal,
  gateways,
  database,
  ask,
  done,
  why,
  text,
  freshProtocol,
  digestOf,
  conclude,
  puller,
  publishMove,
  pull,
  pulled,
  whoScene,
  type Token,
} from './who-gets-what.kit.js';

whoScene();

describe('a protocol', () => {
  it('is in force only when a second person has approved the very text that was proposed', async () => {
    const id = freshProtocol();
    const path = `/v1/protocols/${id}/1`;
    const digest = digestOf(await done('admin', `POST ${path}/propose`, text(['nisNieuw'])));
    const s = await puller(id);
    await publishMove();
    expect((await pull(s)).events).toEqual([]);

    expect(await ask('both', `POST ${path}/approve`, { digest, reason: why })).toMatchObject({
      status: 409,
      body: { slug: 'conflict' },
    });
    expect(await ask('second', `POST ${path}/approve`, { digest: 'f'.repeat(64), reason: why })).toMatchObject({
      status: 409,
      body: { slug: 'plan-changed' },
    });
    await done('second', `POST ${path}/approve`, { digest, reason: why });
    const later = await publishMove();
    for (const gateway of gateways) expect((await pulled(s, later, gateway)).data).toEqual({ nisNieuw: '24062' });
    const shown = await done('admin', `GET ${path}`);
    expect(shown['inForce']).toMatchObject({ proposedBy: 'admin', approvedBy: 'second', reason: why, endedAt: null });
  });

  it('that was rejected changes nothing, and its number can be written anew', async () => {
    const id = freshProtocol();
    const path = `/v1/protocols/${id}/1`;
    const digest = digestOf(await done('admin', `POST ${path}/propose`, text(['nisNieuw'])));
    expect((await ask('admin', `POST ${path}/propose`, text(['nisOud']))).status).toBe(409);
    await done('second', `POST ${path}/reject`, { digest, reason: why });
    expect((await ask('second', `POST ${path}/approve`, { digest, reason: why })).status).toBe(409);
    await conclude(id, 1, text(['nisOud']));
    expect((await ask('admin', `POST ${path}/propose`, text(['nisNieuw']))).status).toBe(409);
  });

  it('is withdrawn everywhere when the answer comes: no page of any process has an event under it', async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw']));
    const s = await puller(id);
    const event = await publishMove();
    for (const gateway of gateways) await pulled(s, event, gateway);
    await done('admin', `POST /v1/protocols/${id}/1/withdraw`, { reason: why });
    for (const gateway of gateways) expect(await pull(s, gateway)).toEqual({ status: 200, events: [] });
    expect((await ask('admin', `POST /v1/protocols/${id}/1/withdraw`, { reason: why })).status).toBe(404);
  });

  it('is not answered as withdrawn while a process that does not answer may still decide by it', async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw']));
    const witness = new PostgresProtocolWitness(database);
    const [{ revision } = { revision: 0 }] = await database.query<{ revision: number }>({
      name: 'spec-revision',
      text: 'select revision from protocol_revision',
    });
    expect(await witness.grant({ process: 'frozen', revision, leaseMs: 1_500 })).toBe(true);
    await done('admin', `POST /v1/protocols/${id}/1/withdraw`, { reason: why });
    expect(await witness.behind()).toEqual([]);
    const [frozen] = await database.query<{ over: boolean }>({
      name: 'spec-frozen',
      text: `select alive_until < clock_timestamp() as over from protocol_witness where process = 'frozen'`,
    });
    expect(frozen).toEqual({ over: true });
    expect(await witness.grant({ process: 'frozen', revision, leaseMs: 1_500 })).toBe(false);
  });

  it('takes the place of an earlier version for who names that, and a dry run says so beforehand without doing it', async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw', 'aangiftedatum']));
    const s = await puller(id);
    const path = `/v1/protocols/${id}/2`;
    const wish = text(['nisNieuw', 'nisOud'], { replaces: 1, territory: ['24062'] });
    const difference = {
      subscription: s,
      differences: expect.arrayContaining([
        { of: 'protocol', gained: [`${id}@2`], lost: [`${id}@1`] },
        { of: 'fields', type: personal.type, gained: ['nisOud'], lost: ['aangiftedatum'] },
        { of: 'territory', gained: ['24062'], lost: ['all'] },
      ]),
    };
    const rehearsed = await done('admin', `POST ${path}/propose`, { ...wish, dryRun: true });
    expect(rehearsed).toMatchObject({ dryRun: true, effects: [difference] });
    expect((await ask('admin', `GET ${path}`)).status).toBe(404);

    const digest = digestOf(await done('admin', `POST ${path}/propose`, wish));
    const approval = { digest, reason: why };
    expect(await done('second', `POST ${path}/approve`, { ...approval, dryRun: true })).toMatchObject({
      effects: [difference],
    });
    const before = await publishMove();
    expect((await pulled(s, before, gateways[0]!)).data).toEqual({
      nisNieuw: '24062',
      aangiftedatum: '2026-02-27',
    });
    await done('second', `POST ${path}/approve`, approval);
    for (const gateway of gateways)
      expect((await pulled(s, before, gateway)).data).toEqual({
        nisNieuw: '24062',
        nisOud: '11002',
      });
    expect((await done('admin', `GET /v1/protocols/${id}/1`))['inForce']).toMatchObject({
      protocol: { withdrawn: true, supersededBy: 2 },
      endReason: 'replaced',
    });
  });

  it.each<[Token, string]>([
    ['agency', 'propose'],
    ['second', 'propose'],
    ['agency', 'approve'],
    ['admin', 'approve'],
    ['agency', 'withdraw'],
    ['second', 'withdraw'],
  ])('is not for %s to %s', async (who, verb) => {
    const body = verb === 'propose' ? text(['nisNieuw']) : { reason: why };
    expect(await ask(who, `POST /v1/protocols/${freshProtocol()}/1/${verb}`, body)).toMatchObject({
      status: 403,
      body: { slug: 'forbidden' },
    });
  });
});
