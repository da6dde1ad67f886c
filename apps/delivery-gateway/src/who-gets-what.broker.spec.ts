import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { complete, ev, type EventType } from '@kruispunt/contracts';
import { toRecord } from '@kruispunt/event';
import { platformaticDriver } from '@kruispunt/kafka';
import { PostgresFlow, PostgresRepertorium } from '@kruispunt/postgres';
import { serviceUrl, until } from '@kruispunt/testkit';
import { retireReplaced } from './repertorium/keep-repertorium.js';
import {
  personal,
  gateways,
  database,
  log,
  schemaIds,
  tokens,
  ask,
  done,
  why,
  text,
  freshProtocol,
  conclude,
  puller,
  publishMove,
  pull,
  pulled,
  whoScene,
  type Json,
  type Token,
} from './who-gets-what.kit.js';

whoScene();

/** A record of the persons' own topic. */
const person = (type: EventType<never>, subject: string, data: Json) =>
  toRecord(
    {
      specversion: '1.0' as const,
      id: randomUUID(),
      source: 'urn:be:ovo:OVO027248:systeem:rijksregister',
      type: type.type,
      subject: `urn:kruispunt:persoon:${subject}`,
      time: new Date().toISOString(),
      data: complete(type, data as never),
    },
    type,
    schemaIds,
  );
const replacement = (from: string, to: string) =>
  person(ev.IdentificatieVervangenV1 as EventType<never>, from, {
    oudSubjectPseudoniem: from,
    nieuwSubjectPseudoniem: to,
    ingangsdatum: '2026-11-01',
    samenvoeging: false,
    tijdstipRegistratie: '2026-11-02T09:15:00.123Z',
  });
const mutation = (subject: string, actie: string, tijdstipRegistratie: string) =>
  person(ev.GegevenGemuteerdV1 as EventType<never>, subject, {
    subjectPseudoniem: subject,
    informatietype: 'IT252',
    actie,
    beheerderNis: '24062',
    bron: 'OVO027248',
    dataref: `https://kruispunt.example/personen/${subject}`,
    tijdstipRegistratie,
  });

describe('the repertorium', () => {
  const lines = (text: string): readonly Json[] =>
    text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Json]));
  async function send(s: string, body: string): Promise<readonly Json[]> {
    const response = await fetch(`${gateways[0]!.url}/v1/subscriptions/${s}/subjects`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.get('agency')}`, 'content-type': 'application/x-ndjson' },
      body,
    });
    return lines(await response.text());
  }
  const exported = async (s: string): Promise<readonly Json[]> => {
    const headers = { authorization: `Bearer ${tokens.get('agency')}` };
    return lines(await (await fetch(`${gateways[0]!.url}/v1/subscriptions/${s}/subjects`, { headers })).text());
  };
  const announced = async (subject: string) => {
    const [type, found] = [ev.InschrijvingGewijzigdV1.topic, [] as string[]];
    const driver = platformaticDriver({ brokers: serviceUrl('KAFKA_BROKERS').split(','), clientId: 'who-spec-look' });
    const [admin, reader] = [await driver.admin(), await driver.reader()];
    for (const { partition, first, next } of await admin.offsets(type))
      for (let offset = first; offset < next;) {
        const batch = await reader.read({ topic: type, partition, offset });
        found.push(...batch.entries.filter((e) => e.key?.toString() === subject).map((e) => e.headers['ce_id']!));
        offset = batch.next;
      }
    await Promise.all([admin.close(), reader.close()]);
    return found.map((id) => id.split(':')[1]);
  };
  const registering = async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw'], { subjectScope: 'registered' }));
    return puller(id);
  };

  it('imports by the thousand with a result per line, and the same lines again change nothing', async () => {
    const s = await registering();
    const wishes = Array.from({ length: 998 }, (_, n) => JSON.stringify({ subject: `p1.${s.slice(0, 8)}-${n}` }));
    const body = [...wishes, '{"subject":"85661500150"}', 'geen json'].join('\n');
    const first = await send(s, body);
    expect(first.filter(({ outcome }) => outcome === 'registered')).toHaveLength(998);
    expect(first.slice(-2)).toMatchObject([
      { line: 999, outcome: 'refused', problem: { slug: 'insz-in-context' } },
      { line: 1000, outcome: 'refused', problem: { slug: 'not-json' } },
    ]);
    expect((await send(s, body)).filter(({ outcome }) => outcome === 'unchanged')).toHaveLength(998);
    const out = await exported(s);
    expect(out).toHaveLength(998);
    // What was exported can be imported.
    expect(
      (await send(s, out.map((line) => JSON.stringify(line)).join('\n'))).every((l) => l['outcome'] === 'unchanged'),
    ).toBe(true);
    const gone = await send(s, `{"subject":"${String(out[0]!['subject'])}","action":"unregister"}`);
    expect(gone).toEqual([{ line: 1, outcome: 'unregistered' }]);
    expect((await done('agency', `GET /v1/subscriptions/${s}/effective`))['registered']).toEqual({
      standing: 997,
      ending: 0,
    });
  });

  it('moves with a replaced identity: the new key is registered in the same period, the old one stays, once', async () => {
    const s = await registering();
    const [from, to] = [`p1.${randomUUID()}`, `p1.${randomUUID()}`];
    await done('agency', `PUT /v1/subscriptions/${s}/subjects/${from}`, { from: '2026-01-01', to: '2027-06-30' });
    const record = replacement(from, to);
    // Twice in the log, as publishing at least once allows.
    await log.append([record, record]);
    await until('it has moved', async () => (await exported(s)).length === 2);
    expect(await exported(s)).toEqual(
      expect.arrayContaining([
        { subject: from, from: '2026-01-01', to: '2027-06-30', migratedFrom: null, replaced: true },
        { subject: to, from: '2026-01-01', to: '2027-06-30', migratedFrom: from, replaced: false },
      ]),
    );
    for (const subject of [from, to])
      await pulled(s, await publishMove({ subjectPseudoniemen: [subject] }), gateways[0]!);
    await until('it is announced', async () => (await announced(to)).length > 0);
    expect(await announced(to)).toEqual(['GEMIGREERD']);
    expect(await announced(from)).toEqual(['INGESCHREVEN']);
  });

  it('keeps the old key until every event from before the replacement is settled, and then lets it go in silence', async () => {
    const s = await registering();
    const [from, to] = [`p1.${randomUUID()}`, `p1.${randomUUID()}`];
    await done('agency', `PUT /v1/subscriptions/${s}/subjects/${from}`, {});
    const waiting = await publishMove({ subjectPseudoniemen: [from] });
    await log.append([replacement(from, to)]);
    await until('it has moved', async () => (await exported(s)).length === 2);
    const driver = platformaticDriver({ brokers: serviceUrl('KAFKA_BROKERS').split(','), clientId: 'who-spec-keep' });
    const admin = await driver.admin();
    const later = Date.now() + 40 * 86_400_000;
    const retire = () =>
      retireReplaced({ database, flow: new PostgresFlow(database), admin, clock: { now: () => later } });
    const keys = async () => (await exported(s)).map(({ subject }) => subject);
    await retire();
    expect(await keys()).toContain(from);
    await pulled(s, waiting, gateways[0]!);
    await until('all is acknowledged', async () => {
      const { body } = await ask('agency', `GET /v1/subscriptions/${s}/events?limit=500`);
      await done('agency', `POST /v1/subscriptions/${s}/ack`, { cursor: body['next'] });
      await retire();
      return !(await keys()).includes(from);
    });
    await admin.close();
    expect(await keys()).toEqual([to]);
    await until('it is announced', async () => (await announced(to)).length > 0);
    expect([await announced(from), await announced(to)]).toEqual([['INGESCHREVEN'], ['GEMIGREERD']]);
  });

  it('gives no address of a person of whom IT252 stands, also under the new key, until it is lifted', async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw', 'adresRef']));
    const s = await puller(id);
    const [from, to] = [`p1.${randomUUID()}`, `p1.${randomUUID()}`];
    const adresRef = 'https://data.vlaanderen.be/id/adres/3064179';
    const shown = async (subject: string): Promise<boolean> => {
      const event = await publishMove({ subjectPseudoniemen: [`p1.${randomUUID()}`, subject], adresRef });
      return 'adresRef' in (await pulled(s, event, gateways[0]!)).data;
    };
    expect(await shown(from)).toBe(true);
    await log.append([mutation(from, 'TOEGEVOEGD', '2026-11-02T09:15:00.000Z')]);
    await until('the address stays home', async () => !(await shown(from)));
    await log.append([replacement(from, to)]);
    await until('under the new key too', async () => !(await shown(to)));
    await log.append([mutation(to, 'BEEINDIGD', '2026-11-03T09:15:00.000Z')]);
    await until('it is lifted', async () => shown(to));
    // An older word that arrives late changes nothing.
    await log.append([
      mutation(to, 'TOEGEVOEGD', '2026-11-02T10:00:00.000Z'),
      mutation(from, 'BEEINDIGD', '2026-11-04T09:15:00.000Z'),
    ]);
    await until('what came after it is known', async () => shown(from));
    expect(await shown(to)).toBe(true);
  });

  it('reminds once of what ends soon, then lets it end; the new period of a prolonged one is reminded of again', async () => {
    const s = await registering();
    const subject = `p1.${randomUUID()}`;
    const store = new PostgresRepertorium(database);
    await done('agency', `PUT /v1/subscriptions/${s}/subjects/${subject}`, { from: '2026-01-01', to: '2027-01-31' });
    const round = (day: string) => store.endDue(day, 30, 100);
    expect(await round('2026-12-31')).toMatchObject({ reminded: 0 });
    await round('2027-01-02');
    await round('2027-01-03');
    await done('agency', `PUT /v1/subscriptions/${s}/subjects/${subject}`, { from: '2026-01-01', to: '2027-03-31' });
    await round('2027-03-05');
    await round('2027-04-01');
    await until('all is announced', async () => (await announced(subject)).includes('VERLOPEN'));
    expect(await announced(subject)).toEqual([
      'INGESCHREVEN',
      'HERINNERING',
      'INGESCHREVEN',
      'HERINNERING',
      'VERLOPEN',
    ]);
    expect(await exported(s)).toEqual([]);
  });
});

describe('what the server applies', () => {
  it('is shown after protocol, wish, mergers and period, not as it was asked', async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw', 'nisOud'], { territory: ['11002', '24062'], validTo: '2027-12-31' }));
    const s = await puller(id, { nis: ['11007'], projection: ['nisNieuw', 'adresRef'], validFrom: '2026-01-01' });
    expect(await done('agency', `GET /v1/subscriptions/${s}/effective`)).toMatchObject({
      protocol: `${id}@1`,
      force: 'in-force',
      types: [{ type: personal.type, fields: ['nisNieuw'], rule: `${id}@1` }],
      territory: ['11002', '11007'],
      endedMunicipalities: [{ nis: '11007', endedOn: '2024-12-31', successors: ['11002'] }],
      period: { from: '2026-01-01', to: '2027-12-31' },
      subjects: 'all',
      channel: 'PULL',
      circuit: { kind: 'closed' },
    });
    await done('admin', `POST /v1/protocols/${id}/1/withdraw`, { reason: why });
    expect(await done('agency', `GET /v1/subscriptions/${s}/effective`)).toMatchObject({
      force: 'withdrawn',
      types: [{ fields: [], rule: `${id}@1:withdrawn` }],
    });
    expect((await ask('stranger', `GET /v1/subscriptions/${s}/effective`)).status).toBe(404);
  });

  it('raises an alarm on a filter that went silent: its municipality ended, or nothing matched while others did', async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw']));
    const [ended, still, lively] = [
      await puller(id, { nis: ['11007'] }),
      await puller(id, { filter: { field: 'data.dossier', is: 'nergens' } }),
      await puller(id),
    ];
    const alarms = async (s: string) =>
      ((await done('agency', `GET /v1/subscriptions/${s}/effective`))['alarms'] as readonly { kind: string }[]).map(
        (a) => a.kind,
      );
    await until('both alarms stand', async () => {
      const page = await ask('agency', `GET /v1/subscriptions/${lively}/events?limit=500`);
      await ask('agency', `POST /v1/subscriptions/${lively}/ack`, { cursor: page.body['next'] });
      await publishMove();
      return (
        (await alarms(ended)).includes('filter-municipality-ended') && (await alarms(still)).includes('nothing-matched')
      );
    });
    expect(await alarms(lively)).not.toContain('nothing-matched');
    const metrics = await (await fetch(`${gateways[0]!.url}/metrics`)).text();
    expect(metrics).toContain(
      `kruispunt_subscription_silent{subscription="${ended}",reason="filter-municipality-ended"} 1`,
    );
    const flow = await done('admin', 'GET /v1/flow');
    expect(Number((flow['total'] as Json)['silent'])).toBeGreaterThanOrEqual(2);
  });
});

describe('a simulation', () => {
  const moved = (data: Json = {}): Json => ({
    specversion: '1.0',
    id: 'proef-1',
    source: 'urn:be:ovo:OVO999101:systeem:burgerzaken',
    type: personal.type,
    subject: 'urn:kruispunt:dossier:VH-1',
    time: '2026-11-24T10:00:00Z',
    data: {
      ...(complete(personal, {
        dossier: 'VH-1',
        subjectPseudoniemen: ['p1.kanarie'],
        wijziging: 'ANDERE_GEMEENTE',
        aangiftedatum: '2026-02-27',
        nisOud: '11002',
        nisNieuw: '24062',
        tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
      } as never) as Json),
      ...data,
    },
  });
  interface Result {
    readonly subscription: string;
    readonly gets: string;
    readonly rule: string;
    readonly fields: readonly string[];
  }
  const about = async (who: Token, event: Json): Promise<ReadonlyMap<string, Result>> => {
    const { results } = await done(who, 'POST /v1/subscriptions/simulate', { event, reason: why });
    return new Map((results as readonly Result[]).map((one) => [one.subscription, one]));
  };

  it('says for any event who would get it, with which fields, by which rule, and who not and why', async () => {
    const [one, other] = [freshProtocol(), freshProtocol()];
    await conclude(one, 1, text(['nisNieuw', 'nisOud']));
    await conclude(other, 1, text(['nisNieuw'], { territory: ['44021'] }));
    const wishes: readonly [string, Json, Partial<Result>][] = [
      [one, {}, { gets: 'yes', rule: `${one}@1`, fields: ['nisOud', 'nisNieuw'] }],
      [one, { projection: ['nisOud'] }, { gets: 'yes', rule: `${one}@1`, fields: ['nisOud'] }],
      [one, { nis: ['44021'] }, { gets: 'no', rule: 'filter:territory' }],
      [one, { subjects: 'registered' }, { gets: 'no', rule: 'filter:subjects' }],
      [one, { filter: { field: 'data.nietDaar', is: 'x' } }, { gets: 'cannot-tell' }],
      [other, {}, { gets: 'no', rule: `${other}@1:territory` }],
      [freshProtocol(), {}, { gets: 'no', rule: 'no-protocol' }],
    ];
    const made = await Promise.all(wishes.map(([protocol, wish]) => puller(protocol, wish)));
    for (const who of ['agency', 'admin'] as const) {
      const results = await about(who, moved());
      for (const [i, [, , wanted]] of wishes.entries()) expect(results.get(made[i]!)).toMatchObject(wanted);
    }
    expect((await about('stranger', moved())).size).toBe(0);
    expect((await ask('admin', 'POST /v1/subscriptions/simulate', { event: moved() })).body['slug']).toBe(
      'reason-required',
    );
    expect((await ask('agency', 'POST /v1/subscriptions/simulate', { event: moved({ nisNieuw: 1 }) })).status).toBe(
      422,
    );
  });

  it('of the last real events tells the same as the delivery, masked', async () => {
    const id = freshProtocol();
    await conclude(id, 1, text(['nisNieuw']));
    const s = await puller(id);
    const event = await publishMove({ nisNieuw: '44021' });
    await pulled(s, event, gateways[0]!);
    const { results } = await done('agency', `POST /v1/subscriptions/${s}/simulate`, { last: 3 });
    expect((results as readonly Json[]).find((r) => (r['event'] as Json)['id'] === event)).toMatchObject({
      gets: 'yes',
      rule: `${id}@1`,
      fields: ['nisNieuw'],
      data: { nisNieuw: 'text(5)' },
    });
    expect(JSON.stringify(results)).not.toContain('44021');
    expect((await ask('admin', `POST /v1/subscriptions/${s}/simulate`, { last: 3 })).body['slug']).toBe(
      'reason-required',
    );
    expect((await pull(s)).events.map((e) => e.id)).toContain(event);
  });
});
