import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, jest } from '@jest/globals';
import { complete, ev, type EventType, type SchemaIds } from '@kruispunt/contracts';
import { toRecord } from '@kruispunt/event';
import { KafkaEventLog } from '@kruispunt/kafka';
import { type RunningApp } from '@kruispunt/nest';
import { type Database } from '@kruispunt/postgres';
import { freshName, until } from '@kruispunt/testkit';
import { openGatewayWorld, type GatewayWorld } from './gateway-world.kit.js';

export const personal = ev.AdreswijzigingAangegevenV1 as EventType<never>;
export const leaseMs = 2_000;
export type Json = Record<string, unknown>;
export type Token = 'admin' | 'both' | 'second' | 'agency' | 'stranger';

/** Two gateways on one database, as two processes would be: what one is told, the other must know. */
export let gateways: readonly RunningApp[] = [];
let world: GatewayWorld;
export let database: Database;
export let log: KafkaEventLog;
export let schemaIds: SchemaIds;
export const tokens = new Map<Token, string>();

/** Opens all of it before the tests of a file and closes it behind them. */
export function whoScene(): void {
  jest.setTimeout(120_000);
  beforeAll(async () => {
    world = await openGatewayWorld('who-spec');
    ({ log, schemaIds, database } = world);
    const bus = 'OVO999001';
    const claims = {
      admin: { organisation: bus, scopes: ['kruispunt.operate', 'kruispunt.admin'], subject: 'admin' },
      both: { organisation: bus, scopes: ['kruispunt.admin', 'kruispunt.approve'], subject: 'admin' },
      second: { organisation: bus, scopes: ['kruispunt.operate', 'kruispunt.approve'], subject: 'second' },
      agency: { organisation: 'OVO999301', scopes: ['kruispunt.subscribe'], subject: 'agency' },
      stranger: { organisation: 'OVO999302', scopes: ['kruispunt.subscribe'], subject: 'stranger' },
    };
    for (const [name, claim] of Object.entries(claims)) tokens.set(name as Token, await world.issuer.token(claim));
    gateways = [await openGateway(), await openGateway()];
  }, 120_000);

  afterAll(async () => {
    for (const gateway of gateways) await gateway.stop();
    await world?.close();
  }, 60_000);
}

export const openGateway = (): Promise<RunningApp> =>
  world.start({
    KP_DELIVERY_GROUP: freshName('delivery'),
    KP_DELIVERY_TOPICS: `${personal.topic},${ev.IdentificatieVervangenV1.topic}`,
    KP_DELIVERY_SILENT_MS: '1500',
    KP_DELIVERY_REFRESH_MS: '500',
    KP_DELIVERY_PROTOCOL_LEASE_MS: String(leaseMs),
  });

export interface Answer {
  readonly status: number;
  readonly body: Json;
}
export async function ask(who: Token, route: string, body?: Json, gateway = gateways[0]!): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ');
  const response = await fetch(gateway.url + path, {
    method,
    headers: { authorization: `Bearer ${tokens.get(who)}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Json };
}
export async function done(who: Token, route: string, body?: Json): Promise<Json> {
  const answer = await ask(who, route, body);
  if (answer.status >= 300) throw new Error(`${route}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export const why = 'een reden van deze proef';
export const text = (fields: readonly string[], change: Json = {}): Json => ({
  parties: [{ organisation: 'OVO999301' }],
  hoedanigheid: 'proef',
  purpose: 'p',
  legalGround: 'l',
  eventTypes: [personal.type],
  fieldsPerType: { [personal.type]: fields },
  territory: 'all',
  subjectScope: 'all',
  validFrom: '2020-01-01',
  reason: why,
  ...change,
});
export const freshProtocol = (): string => freshName('P').replaceAll('-', '.');
export const digestOf = (act: Json): string => (act['proposal'] as { digest: string }).digest;

export async function conclude(id: string, version: number, wish: Json): Promise<void> {
  const digest = digestOf(await done('admin', `POST /v1/protocols/${id}/${version}/propose`, wish));
  await done('second', `POST /v1/protocols/${id}/${version}/approve`, { digest, reason: why });
}

/** A subscription that pulls, with nothing in front of it. */
export async function puller(protocol: string, wish: Json = {}): Promise<string> {
  const added = await done('agency', 'POST /v1/subscriptions', {
    name: freshName('s'),
    hoedanigheid: 'proef',
    types: [personal.type],
    channel: 'PULL',
    protocol,
    protocolVersion: 1,
    ...wish,
  });
  return String(added['id']);
}

export async function publishMove(data: Json = {}): Promise<string> {
  const id = randomUUID();
  const dossier = freshName('VH');
  const envelope = {
    specversion: '1.0' as const,
    id,
    source: 'urn:be:ovo:OVO999101:systeem:burgerzaken',
    type: personal.type,
    subject: `urn:kruispunt:dossier:${dossier}`,
    time: new Date().toISOString(),
    data: complete(personal, {
      dossier,
      subjectPseudoniemen: [`p1.${dossier}`],
      wijziging: 'ANDERE_GEMEENTE',
      aangiftedatum: '2026-02-27',
      nisOud: '11002',
      nisNieuw: '24062',
      tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
      ...data,
    } as never),
  };
  await log.append([toRecord(envelope, personal, schemaIds)]);
  return id;
}

export interface Pulled {
  readonly id: string;
  readonly data: Json;
}
export const pull = async (
  id: string,
  gateway = gateways[0]!,
): Promise<{ status: number; events: readonly Pulled[] }> => {
  const { status, body } = await ask('agency', `GET /v1/subscriptions/${id}/events?limit=500`, undefined, gateway);
  return { status, events: (body['events'] ?? []) as readonly Pulled[] };
};

/** The event as this process gives it; asked again until it does, for a reader sees the end of the log a moment later. */
export async function pulled(s: string, event: string, gateway: RunningApp): Promise<Pulled> {
  let found: Pulled | undefined;
  await until('the event is pulled', async () => {
    found = (await pull(s, gateway)).events.find(({ id }) => id === event);
    return found !== undefined;
  });
  return found!;
}
