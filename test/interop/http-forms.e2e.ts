import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CloudEvent, HTTP, type Message } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { startSystem, type RunningSystem } from '@kruispunt/embedded';
import { verifyWebhook } from '@kruispunt/sdk';
import { freshDatabase, freshName, serviceUrl, until } from '@kruispunt/testkit';
import { openEndpoint, type Call, type Endpoint } from './endpoint.js';

jest.setTimeout(90_000);

const type = 'be.vlaanderen.omgeving.aanvraag-ingediend.v1';
const source = 'urn:be:ovo:OVO999101:systeem:omgeving';

/** A permit application as any CloudEvents library builds it. */
function application(): CloudEvent<object> {
  const projectnummer = `OMV_${randomUUID()}`;
  return new CloudEvent<object>({
    id: randomUUID(),
    source,
    type,
    subject: `urn:omv:${projectnummer}`,
    time: '2026-03-02T09:15:00.123Z',
    datacontenttype: 'application/json',
    kpgemeentenis: '24062',
    data: {
      projectnummer,
      procedure: 'GEWOON',
      bevoegdeOverheid: 'COLLEGE',
      indieningsdatum: '2026-02-18',
      commissieVereist: false,
      voorwerp: 'verbouwen van een rijwoning',
      adressen: [],
      percelen: [],
      gemeentenNis: ['24062'],
      aanvragerRef: 'https://kruispunt.example/aanvragers/1',
      tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
    },
  });
}

describe('our HTTP forms and the libraries of others', () => {
  let folder: string;
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let system: RunningSystem;
  let publisherToken: string;
  let subscriberToken: string;
  /** What each endpoint verifies with, by profile of the signature. */
  const keys = { v1: '', v1a: '' };
  const endpoints: Partial<Record<'v1' | 'v1a', Endpoint>> = {};

  const verifies = {
    v1: ({ headers, body }: Call) => {
      try {
        new Webhook(keys.v1).verify(body.toString(), headers as Record<string, string>);
        return true;
      } catch {
        return false;
      }
    },
    v1a: async (call: Call) => (await verifyWebhook(call, { publicKeys: [keys.v1a] })).kind === 'valid',
  };

  async function ask(path: string, body: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${system.url('delivery-gateway')}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${subscriberToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** A subscription whose endpoint takes only what `profile`’s own library verifies. */
  async function subscribe(profile: 'v1' | 'v1a'): Promise<void> {
    const endpoint = await openEndpoint(async (call) => ((await verifies[profile](call)) ? 204 : 401));
    endpoints[profile] = endpoint;
    const { id, endpoint: made } = await ask('/v1/subscriptions', {
      name: freshName(`interop-${profile}`),
      hoedanigheid: 'interop',
      types: [type],
      endpoint: { url: endpoint.url, profile, exceptions: [{ cidr: '127.0.0.1/32', days: 1 }] },
    });
    keys[profile] = (made as { keys: { key: string }[] }).keys[0]?.key ?? '';
    expect(await ask(`/v1/subscriptions/${String(id)}/probe`, {})).toMatchObject({ ok: true });
  }

  const publish = async ({ headers, body }: Message, contentType = String(headers['content-type'])) => {
    const response = await fetch(`${system.url('publish-gateway')}/v1/events`, {
      method: 'POST',
      headers: {
        ...(headers as Record<string, string>),
        'content-type': contentType,
        authorization: `Bearer ${publisherToken}`,
      },
      body: body as string,
    });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };

  const idOf = ({ body }: Call) => (JSON.parse(body.toString()) as { id: string }).id;
  const delivered = async (profile: 'v1' | 'v1a', id: string): Promise<Call> => {
    const found = () => endpoints[profile]?.taken.find((call) => idOf(call) === id);
    await until(`${id} is delivered`, () => found() !== undefined, 60_000);
    return found()!;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'interop-'));
    database = await freshDatabase();
    system = await startSystem({
      folder,
      apps: ['publish-gateway', 'delivery-gateway'],
      own: {
        KAFKA_BROKERS: serviceUrl('KAFKA_BROKERS'),
        DATABASE_URL: database.url,
        SCHEMA_REGISTRY_URL: serviceUrl('SCHEMA_REGISTRY_URL'),
      },
      settings: {
        'publish-gateway': { KP_PUBLISH_INDEX_GROUP: freshName('interop-index') },
        'delivery-gateway': {
          KP_DELIVERY_GROUP: freshName('interop-delivery'),
          KP_DELIVERY_REFRESH_MS: '100',
          KP_DELIVERY_TOPICS: 'be.vlaanderen.omgeving.dossier.v1',
        },
      },
    });
    const organisation = { organisation: 'OVO999101', nis: ['24062'], subject: 'omgeving' };
    publisherToken = await system.issuer.token({ ...organisation, scopes: ['kruispunt.publish'] });
    subscriberToken = await system.issuer.token({
      organisation: 'OVO999305',
      subject: 'kaart',
      scopes: ['kruispunt.subscribe'],
    });
    await subscribe('v1');
    await subscribe('v1a');
  }, 180_000);

  afterAll(async () => {
    await system?.stop();
    await Promise.all(Object.values(endpoints).map((endpoint) => endpoint.close()));
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it.each(['binary', 'structured'] as const)('takes what cloudevents builds in %s mode', async (mode) => {
    const event = application();
    const { status, answer } = await publish(HTTP[mode](event));
    expect(answer).toMatchObject({ eventId: event.id, source, type });
    expect(status).toBe(202);
  });

  it('takes a batch of events that cloudevents wrote, and answers for each', async () => {
    const events = [application(), application(), application().cloneWith({ type: 'be.vlaanderen.verzonnen.v1' })];
    const body = `[${events.map(String).join(',')}]`;
    const { status, answer } = await publish({ headers: {}, body }, 'application/cloudevents-batch+json');
    expect(status).toBe(207);
    expect(answer['results']).toMatchObject([{ eventId: events[0]!.id }, { eventId: events[1]!.id }, { status: 422 }]);
  });

  it('delivers what cloudevents parses back to the same event', async () => {
    const event = application();
    await publish(HTTP.structured(event));
    const { headers, body } = await delivered('v1a', event.id);
    const parsed = HTTP.toEvent({ headers, body: body.toString() });
    const { id, subject, time, kpgemeentenis, data } = event;
    expect(parsed).toMatchObject({ id, source, type, subject, time, kpgemeentenis, data });
    expect((parsed as CloudEvent).validate()).toBe(true);
  });

  it.each(['v1', 'v1a'] as const)(
    'signs as Standard Webhooks say (%s): its own library verifies, and no flipped bit passes',
    async (profile) => {
      const event = application();
      await publish(HTTP.binary(event));
      const call = await delivered(profile, event.id);
      expect(await verifies[profile](call)).toBe(true);
      for (let bit = 0; bit < call.body.length * 8; bit += 97) {
        const body = Buffer.from(call.body);
        body[bit >> 3]! ^= 1 << (bit & 7);
        expect(await verifies[profile]({ ...call, body })).toBe(false);
      }
      const another = { ...call.headers, 'webhook-id': randomUUID() };
      expect(await verifies[profile]({ ...call, headers: another })).toBe(false);
    },
  );
});
