import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AppName, TokenClaims } from '@kruispunt/embedded';
import { freshName, until } from '@kruispunt/testkit';
import { auditLines } from './audit-lines.js';
import { freshKey, move, personal, post, publish } from './events.js';
import { booksOf, conclude, subscribe, type Subscriber } from './subscribe.js';
import { openTestSystem, operator, type Json, type TestSystem } from './system.js';

const apps: readonly AppName[] = ['publish-gateway', 'delivery-gateway'];
const word = (): string => `kanarie${randomUUID().replaceAll('-', '')}`;

/** Every field that the protocol does not list, each with a value that stands nowhere else. */
const canaries = {
  dossier: word(),
  subjectPseudoniemen: word(),
  adresRef: word(),
  domiciliestatus: word(),
  nisOud: '73042',
  aangiftedatum: '1987-03-21',
  betrekkingsdatum: '1991-07-13',
  tijdstipRegistratie: '09:15:07.777',
};
/** What the protocol lists. Also in the envelope stands `nisNieuw`: it says for which municipality is spoken. */
const listed = ['wijziging', 'nisNieuw'];
const iri = (canary: string) => `https://data.vlaanderen.be/id/concept/${canary}`;
const canaryMove = () =>
  move(freshKey('VH'), {
    dossier: canaries.dossier,
    subjectPseudoniemen: [`p1.${canaries.subjectPseudoniemen}`],
    adresRef: iri(canaries.adresRef),
    domiciliestatus: iri(canaries.domiciliestatus),
    nisOud: canaries.nisOud,
    aangiftedatum: canaries.aangiftedatum,
    betrekkingsdatum: canaries.betrekkingsdatum,
    tijdstipRegistratie: `2026-03-02T${canaries.tijdstipRegistratie}Z`,
  });

/** The canaries that stand in a text, in the clear or as hexadecimal bytes. */
const found = (where: string, text: string): readonly string[] =>
  Object.entries(canaries).flatMap(([field, canary]) =>
    text.includes(canary) || text.includes(Buffer.from(canary).toString('hex')) ? [`${field} in ${where}`] : [],
  );

/** I10, for every channel and every door. */
describe('a field that no protocol lists', () => {
  let bench: TestSystem;
  let single: Subscriber;
  let batched: Subscriber;
  let refusing: Subscriber;
  let pulling: { readonly id: string; readonly claims: TokenClaims };
  let topic: { readonly id: string; readonly name: string; readonly claims: TokenClaims };
  const moves = Array.from({ length: 6 }, canaryMove);
  const ids = moves.map(({ id }) => id);

  beforeAll(async () => {
    bench = await openTestSystem({ apps });
    single = await subscribe(bench, await protocolFor('OVO999400'), 'OVO999400');
    const wish = { ...(await protocolFor('OVO999401')), batch: { eventsMax: 3 } };
    batched = await subscribe(bench, wish, 'OVO999401');
    refusing = await subscribe(bench, await protocolFor('OVO999402'), 'OVO999402');
    refusing.receiver.answer = () => 422;
    pulling = await without('OVO999403', { channel: 'PULL' });
    const out = await without('OVO999404', { channel: 'KAFKA', principal: 'User:e2e' });
    topic = { ...out, name: `out.OVO999404.${out.id}` };
    await publish(bench, moves);
  });
  afterAll(() => bench?.close());

  /** A protocol of its own, that lists two fields; and the wish to receive under it. */
  async function protocolFor(organisation: string): Promise<Json> {
    const protocol = freshName('P');
    await conclude(bench, protocol, {
      parties: [{ organisation }],
      hoedanigheid: 'proef',
      purpose: 'a proof',
      legalGround: 'invented',
      eventTypes: [personal.type],
      fieldsPerType: { [personal.type]: listed },
      territory: 'all',
      subjectScope: 'all',
      validFrom: '2020-01-01',
    });
    return { types: [personal.type], protocol, protocolVersion: 1 };
  }

  /** A subscription that has no endpoint. */
  async function without(organisation: string, wish: Json): Promise<{ id: string; claims: TokenClaims }> {
    const claims = { organisation, scopes: ['kruispunt.subscribe'], subject: 'afnemer' };
    const body = { ...(await protocolFor(organisation)), ...wish, name: freshName('e2e'), hoedanigheid: 'proef' };
    const added = await bench.ask('delivery-gateway', claims, 'POST /v1/subscriptions', body);
    expect(added.status).toBe(201);
    return { id: String(added.body['id']), claims };
  }

  const wire = ({ receiver }: Subscriber): string =>
    receiver.arrived.map(({ headers, body }) => `${JSON.stringify(headers)}\n${body.toString()}`).join('\n');

  it('leaves in no body and no header of a webhook, single, in a batch, or refused', async () => {
    for (const s of [single, batched])
      await until('all are delivered', async () => (await booksOf(bench, s)).delivered === ids.length, 60_000);
    await until('all are parked', async () => (await booksOf(bench, refusing)).parked === ids.length, 60_000);
    for (const s of [single, batched, refusing]) {
      expect(wire(s)).toContain('ANDERE_GEMEENTE');
      expect(found('the wire', wire(s))).toEqual([]);
    }
  });

  it('leaves in no page of who pulls, and in no record of a topic: not in key, header or value', async () => {
    await until('all can be pulled', async () => {
      const route = `GET /v1/subscriptions/${pulling.id}/events?limit=500` as const;
      const { headers, body } = await bench.ask('delivery-gateway', pulling.claims, route);
      expect(found('the page', JSON.stringify([[...headers], body]))).toEqual([]);
      return (body['events'] as readonly unknown[]).length === ids.length;
    });
    await until('all are in the topic', async () => (await booksOf(bench, topic)).delivered === ids.length, 60_000);
    const records = await bench.log.since(topic.name);
    const text = records.map(({ key, headers, value }) => `${key} ${JSON.stringify(headers)} ${value}`).join('\n');
    expect(text).toContain('ANDERE_GEMEENTE');
    expect(found('the topic', text)).toEqual([]);
  });

  it('leaves in no error answer, whatever is wrong with the event that carries it', async () => {
    const wrong = [{ wijziging: 7 }, { nisNieuw: null }, { adresRef: { ref: canaries.adresRef } }, { extra: 1 }];
    for (const change of wrong) {
      const event = canaryMove();
      const answer = await post(bench, { ...event, data: { ...(event.data as object), ...change } });
      const text = `${JSON.stringify([...answer.headers])}\n${await answer.text()}`;
      expect([answer.status, found('the answer', text)]).toEqual([422, []]);
    }
  });

  it('leaves in nothing that an operator or the holder sees: parked, delivered, replayed, simulated', async () => {
    const reason = 'een blik van deze proef';
    const planned = await bench.ask('delivery-gateway', operator, 'POST /v1/replays', {
      subscription: refusing.id,
      intent: 'failed',
      reason,
    });
    const routes = [
      `GET /v1/parked?subscription=${refusing.id}`,
      'GET /v1/parked/groups',
      `GET /v1/replays/${String(planned.body['id'])}/items`,
      `GET /v1/subscriptions/${single.id}/deliveries`,
      `GET /v1/subscriptions/${single.id}/effective`,
      'GET /v1/flow',
    ] as const;
    const seen: Json[] = [planned.body];
    for (const route of routes) {
      const { status, body } = await bench.ask('delivery-gateway', operator, route);
      expect([route, status]).toEqual([route, 200]);
      seen.push(body);
    }
    const last = `POST /v1/subscriptions/${single.id}/simulate` as const;
    seen.push((await bench.ask('delivery-gateway', operator, last, { last: 10, reason })).body);
    const event = { specversion: '1.0', time: '2026-11-24T10:00:00Z', ...moves[0] };
    const simulated = await bench.ask('delivery-gateway', operator, 'POST /v1/subscriptions/simulate', {
      event,
      reason,
    });
    seen.push(simulated.body);
    expect(JSON.stringify(simulated.body)).toContain(single.id);
    seen.push((await bench.ask('publish-gateway', operator, `GET /v1/index?id=${ids[0]}`)).body);
    expect(found('what is seen', JSON.stringify(seen))).toEqual([]);
  });

  it('leaves in no audit line, though every delivery has one', async () => {
    const lines = await auditLines(bench);
    for (const { id } of [single, batched, refusing, pulling, topic])
      expect(
        lines.filter(({ abonnement, eventId }) => abonnement === id && ids.includes(eventId ?? '')).length,
      ).toBeGreaterThanOrEqual(ids.length);
    expect(found('the audit trail', JSON.stringify(lines))).toEqual([]);
  });

  it('leaves in no log line and no metric of any process', async () => {
    for (const app of apps) {
      const log = await readFile(bench.system.logFile(app), 'utf8');
      expect(log.length).toBeGreaterThan(0);
      expect(found(`the log of ${app}`, log)).toEqual([]);
      const metrics = await (await fetch(`${bench.system.url(app)}/metrics`)).text();
      expect(found(`the metrics of ${app}`, metrics)).toEqual([]);
    }
  });

  it('stands in the clear in no row of any table', async () => {
    const tables = await bench.database.query<{ name: string }>({
      name: 'e2e-tables',
      text: `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
    });
    expect(tables.length).toBeGreaterThan(20);
    for (const { name } of tables) {
      const rows = await bench.database.query<{ row: string }>({
        name: `e2e-rows-${name}`,
        text: `select t::text as row from "${name}" t`,
      });
      expect(found(`table ${name}`, rows.map(({ row }) => row).join('\n'))).toEqual([]);
    }
  });
});
