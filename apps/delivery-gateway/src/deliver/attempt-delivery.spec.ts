import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditTrail, type AuditEntry, type AuditReference } from '@kruispunt/audit';
import { SystemClock, SystemTimers } from '@kruispunt/clock';
import { ev, type EventType } from '@kruispunt/contracts';
import type { Subscription } from '@kruispunt/delivery';
import type { StoredEvent } from '@kruispunt/event';
import type { Protocol } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import { openTelemetry } from '@kruispunt/telemetry';
import { InMemoryEventLog } from '@kruispunt/testkit';
import { EndpointKeys, WebhookSender } from '@kruispunt/webhook';
import { Judge } from '../match/judge.js';
import { Protocols, type ProtocolSource } from '../match/protocols.js';
import { Registrations } from '../match/registrations.js';
import { Subscriptions } from '../match/subscriptions.js';
import { attemptDelivery, type DeliveryParts } from './attempt-delivery.js';

const personal = ev.GegevenGemuteerdV1 as EventType;
const open = ev.BeslissingBekendgemaaktV1 as EventType;
const move = ev.AdreswijzigingAangegevenV1 as EventType;
/** Persons of whom IT252 stands. */
let hidden: readonly string[] = [];

/** What happened, in the order it happened: audit lines by kind, and requests. */
let story: string[] = [];
let requests: { headers: Record<string, unknown>; body: string }[] = [];
let trailFails: (entry: AuditEntry) => boolean = () => false;
let status = 204;
let server: Server;
let sender: WebhookSender;
const clock = new SystemClock();
const stopping = new AbortController();

class TellingTrail extends AuditTrail {
  readonly lines: AuditEntry[] = [];
  during: () => Promise<void> = () => Promise.resolve();
  async append(entries: readonly AuditEntry[]): Promise<readonly AuditReference[]> {
    if (entries.some((entry) => trailFails(entry))) throw problem('audit-unavailable');
    await this.during();
    for (const entry of entries) story.push(`audit ${entry.kind}`);
    this.lines.push(...entries);
    return entries.map((_, i) => ({ id: `ref-${i}`, position: { topic: 'audit', partition: 0, offset: i } }));
  }
}
let trail: TellingTrail;
let out: InMemoryEventLog;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      story.push('bytes left');
      requests.push({ headers: request.headers, body });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  sender = new WebhookSender({ clock, policy: { plainHttp: true }, deadlineMs: 2_000 });
});
afterAll(async () => {
  await sender.close();
  server.close();
});
beforeEach(() => {
  story = [];
  requests = [];
  trailFails = () => false;
  status = 204;
  trail = new TellingTrail();
  out = new InMemoryEventLog();
});

const protocol: Protocol = {
  id: 'P',
  version: 1,
  parties: [{ organisation: 'OVO999301' }],
  hoedanigheid: 'wonen',
  purpose: 'p',
  legalGround: 'l',
  eventTypes: [personal.type],
  fieldsPerType: { [personal.type]: ['informatietype', 'actie'] },
  fetchFields: {},
  territory: 'all',
  subjectScope: 'all',
  validFrom: '2020-01-01',
  validTo: null,
  channels: 'all',
  withdrawn: false,
};
const subscription = (change: Partial<Subscription> = {}): Subscription => ({
  id: '6a3c1b1e-5f0e-4a4e-9b1a-000000000001',
  name: 'n',
  org: 'OVO999301',
  hoedanigheid: 'wonen',
  protocol: 'P',
  protocolVersion: 1,
  types: [personal.type],
  subjects: 'all',
  channel: 'WEBHOOK',
  orderPolicy: 'hold',
  inFlightMax: 16,
  state: 'active',
  rev: 1,
  endpoint: {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    profile: 'v1a',
    keyVersion: 1,
    exceptions: [{ cidr: '127.0.0.1/32', until: Infinity, approver: 'x' }],
  },
  ...change,
});
const canary = 'CANARY-7f3a';
const event: StoredEvent = {
  envelope: {
    specversion: '1.0',
    id: 'e-1',
    source: 'urn:be:ovo:OVO999101:systeem:x',
    type: personal.type,
    subject: 'urn:kruispunt:persoon:p1-a',
    time: '2026-11-24T10:00:00Z',
    data: {
      subjectPseudoniem: `p1-${canary}`,
      informatietype: 'IT020',
      actie: 'TOEGEVOEGD',
      ingangsdatum: null,
      beheerderNis: '24055',
      bron: canary,
      dataref: `https://x.example/${canary}`,
      tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
    },
  },
  key: 'p1-a',
  position: { topic: personal.topic, partition: 0, offset: 5 },
  loggedAt: Date.now(),
};

/** Protocols that somebody changes: `revision` says which text stands. */
let revision = 1;
const standing = (protocols: readonly Protocol[]): ProtocolSource => ({
  snapshot: () => Promise.resolve({ revision, protocols }),
  grant: (known) => Promise.resolve(known === revision),
  leave: () => Promise.resolve(),
});
/** What happens when the audit line is written: between the verdict and the bytes. */
let meanwhile: (known: Protocols) => Promise<void> = () => Promise.resolve();

async function attempt(
  s: Subscription,
  { protocols = [protocol], registered = [] as readonly string[], what = { event, type: personal } } = {},
) {
  const known = new Protocols(standing(protocols), { leaseMs: 60_000, elapsedMs: () => clock.now() });
  await known.refresh();
  trail.during = () => meanwhile(known);
  const subscriptions = new Subscriptions({ changedSince: () => Promise.resolve([s]) }, known);
  await subscriptions.refresh();
  const store = {
    registered: (subjects: readonly string[]) =>
      Promise.resolve(new Map(subjects.filter((k) => registered.includes(k)).map((k) => [k, new Set([s.id])]))),
  };
  const { log, metrics } = openTelemetry('spec', { level: 'silent' });
  const parts: DeliveryParts = {
    judge: new Judge(
      subscriptions,
      known,
      new Registrations(store, clock),
      { any: (keys) => keys.some((k) => hidden.includes(k)) },
      clock,
    ),
    audit: trail,
    sender,
    keys: new EndpointKeys(Buffer.alloc(32, 1)),
    clock,
    timers: new SystemTimers(),
    log,
    metrics,
    stopping: stopping.signal,
    out,
  };
  return attemptDelivery(parts, s, what, { attempt: 2, replay: 'R-1' });
}

describe('one attempt', () => {
  it('writes the audit line before personal data leaves, and the outcome after', async () => {
    expect(await attempt(subscription())).toMatchObject({ kind: 'answered', answer: { kind: 'status', status: 204 } });
    expect(story).toEqual(['audit intent', 'bytes left', 'audit outcome']);
    expect(trail.lines).toMatchObject([
      { kind: 'intent', protocol: 'P@1', about: 'p1-a', fields: ['informatietype', 'actie'] },
      { kind: 'outcome', outcome: 'delivered', status: 204 },
    ]);
  });

  it('sends nothing when the audit line cannot be written (I9)', async () => {
    trailFails = ({ kind }) => kind === 'intent';
    expect(await attempt(subscription())).toMatchObject({ kind: 'postponed' });
    expect(story).toEqual([]);
  });

  it('lets nothing out but the fields of the protocol: not in body, headers or audit lines (I10)', async () => {
    await attempt(subscription());
    const out = JSON.stringify(requests) + JSON.stringify(trail.lines);
    expect(out).not.toContain(canary);
    expect(JSON.parse(requests[0]!.body)).toMatchObject({
      id: 'e-1',
      kpreplay: 'R-1',
      data: { informatietype: 'IT020', actie: 'TOEGEVOEGD' },
    });
    expect(Object.keys((JSON.parse(requests[0]!.body) as { data: object }).data)).toEqual(['informatietype', 'actie']);
    expect(requests[0]!.headers).toMatchObject({ 'webhook-id': 'e-1', kpattempt: '2', kpreplay: 'R-1' });
  });

  it.each<[string, Protocol[], string]>([
    ['there is no protocol', [], 'no-protocol'],
    ['it was withdrawn meanwhile', [{ ...protocol, withdrawn: true }], 'P@1:withdrawn'],
    ['it has ended', [{ ...protocol, validTo: '2021-01-01' }], 'P@1:expired'],
    ['it names another party', [{ ...protocol, parties: [{ organisation: 'OVO999302' }] }], 'P@1:party'],
    ['the subject is not registered', [{ ...protocol, subjectScope: 'registered' }], 'P@1:subject-not-registered'],
  ])('is suppressed when bytes would leave and %s (I16)', async (_, protocols, rule) => {
    expect(await attempt(subscription(), { protocols })).toEqual({ kind: 'suppressed', rule });
    expect(story).toEqual([]);
  });

  it('does not leave when a protocol changed between the verdict and the bytes; the trail says so', async () => {
    meanwhile = async (known) => {
      revision += 1;
      await known.refresh();
    };
    expect(await attempt(subscription())).toEqual({ kind: 'postponed', afterMs: 1 });
    expect(story).toEqual(['audit intent', 'audit outcome']);
    expect(trail.lines[1]).toMatchObject({ kind: 'outcome', outcome: 'withheld' });
    meanwhile = () => Promise.resolve();
  });

  it('goes without its address for a person of whom IT252 stands', async () => {
    const addressed = {
      ...protocol,
      fieldsPerType: { [move.type]: ['nisNieuw', 'adresRef'] },
      eventTypes: [move.type],
    };
    const s = subscription({ types: [move.type] });
    const data = { dossier: 'D', subjectPseudoniemen: ['p1-h'], nisNieuw: '24062', adresRef: 'https://x/adres' };
    const what = { event: { ...event, envelope: { ...event.envelope, type: move.type, data } }, type: move };
    await attempt(s, { protocols: [addressed], what });
    hidden = ['p1-h'];
    await attempt(s, { protocols: [addressed], what });
    hidden = [];
    const sent = requests.map(({ body }) => (JSON.parse(body) as { data: object }).data);
    expect(sent).toEqual([{ nisNieuw: '24062', adresRef: 'https://x/adres' }, { nisNieuw: '24062' }]);
  });

  it('goes when the subject is registered', async () => {
    expect(
      await attempt(subscription(), { protocols: [{ ...protocol, subjectScope: 'registered' }], registered: ['p1-a'] }),
    ).toMatchObject({ kind: 'answered' });
  });

  it('cannot tell, and does not go, when the event lacks what the filter asks', async () => {
    expect(await attempt(subscription({ filter: { field: 'data.adresRef', is: 'x' } }))).toMatchObject({
      kind: 'cannot-tell',
    });
    expect(story).toEqual([]);
  });

  it('needs no line in front for OPEN data, and has one behind', async () => {
    const what = {
      event: {
        ...event,
        envelope: { ...event.envelope, type: open.type, data: { projectnummer: 'OMV_1', wijze: 'AANPLAKKING' } },
      },
      type: open,
    };
    const { protocol: _p, protocolVersion: _v, ...s } = subscription({ types: [open.type] });
    expect(await attempt(s, { what })).toMatchObject({ kind: 'answered' });
    expect(story).toEqual(['bytes left', 'audit outcome']);
  });

  it('tells what the receiver answered, in the line too', async () => {
    status = 503;
    expect(await attempt(subscription())).toMatchObject({ answer: { status: 503 } });
    expect(trail.lines[1]).toMatchObject({ outcome: '503', status: 503 });
  });
});
