import { verifyWebhook } from '@kruispunt/sdk';
import { organisations, type OrganisationName } from '../cast/organisations.js';
import { personsOf } from '../cast/persons.js';
import { protocols } from '../cast/protocols.js';
import { Refused } from './api.js';
import type { Day, SubscriptionName } from './day.js';

interface Loaded {
  readonly personen: readonly { readonly uitkomst: string; readonly pseudoniem?: string; readonly probleem?: string }[];
}

interface Subscribed {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly endpoint?: { readonly keys?: readonly { readonly key: string }[] };
}

const loadMax = 100;

/** The population comes in: the six of the day, and those of the data folder, each with what became of it. */
export async function loadPopulation(
  day: Day,
  persons: readonly { readonly line: number; readonly person: object }[],
): Promise<void> {
  const register = day.stage.api('bevolking', 'operator');
  const cast = personsOf(day.stage.day);
  const { personen } = await register.send<Loaded>('PUT', '/v1/personen', { personen: cast });
  personen.forEach((p, i) => {
    if (p.pseudoniem !== undefined)
      day.persons.push({ pseudoniem: p.pseudoniem, nietMededeelbaar: cast[i]?.nietMededeelbaar === true });
  });
  for (let from = 0; from < persons.length; from += loadMax) {
    const part = persons.slice(from, from + loadMax);
    const answer = await register.send<Loaded>('PUT', '/v1/personen', { personen: part.map((p) => p.person) });
    answer.personen.forEach((p, i) =>
      day.data.persons.push({
        line: part[i]?.line,
        became: p.uitkomst,
        ...(p.probleem === undefined ? { pseudoniem: p.pseudoniem } : { problem: p.probleem }),
      }),
    );
  }
  day.teller.say(
    `${day.persons.length} test persons live here today${persons.length > 0 ? `, and ${persons.length} of the data folder` : ''}`,
  );
}

/** The law comes in: each protocol once, proposed by one operator and approved by another; a later start finds it. */
export async function concludeProtocols(day: Day): Promise<void> {
  const gateway = day.stage.api('delivery-gateway', 'operator');
  const colleague = day.stage.api('delivery-gateway', 'collega');
  const known = await gateway.get<{
    readonly protocols: readonly { readonly id: string; readonly version: number }[];
    readonly proposals: readonly { readonly protocol: { readonly id: string }; readonly digest: string }[];
  }>('/v1/protocols');
  for (const { id, version, withdrawn: _, ...document } of protocols) {
    if (known.protocols.some((p) => p.id === id && p.version === version)) continue;
    const path = `/v1/protocols/${id}/${version}`;
    const open = known.proposals.find((p) => p.protocol.id === id);
    const text = { ...document, reason: 'protocol of the proving ground' };
    const { proposal } =
      open === undefined
        ? await gateway.send<{ readonly proposal: { readonly digest: string } }>('POST', `${path}/propose`, text)
        : { proposal: open };
    const approval = { digest: proposal.digest, reason: 'read and found right by a colleague' };
    await colleague.send('POST', `${path}/approve`, approval);
  }
  day.teller.say(
    `protocols ${protocols.map((p) => p.id).join(' and ')} are in force; an agency without one will try all the same`,
  );
}

const address = ['gecreeerd', 'gewijzigd', 'verwijderd', 'getransformeerd'].map(
  (w) => `be.vlaanderen.adressenregister.adres-${w}.v1`,
);
const street = 'be.vlaanderen.adressenregister.straatnaam-gewijzigd.v1';
const mutation = 'be.vlaanderen.persoon.gegeven-gemuteerd.v1';
const registration = 'be.vlaanderen.bevolking.inschrijving-voltooid.v1';

/** Who wants what: the same wishes each day; what exists is kept, with its position. */
export async function subscribe(day: Day): Promise<void> {
  const { receivers } = day;
  // Receivers of the proving ground stand on the loopback address: a hole in the address guard that an operator grants, with an end.
  const webhook = (url: string) => ({
    channel: 'WEBHOOK',
    endpoint: { url, exceptions: [{ cidr: '127.0.0.1/32', days: 365 }] },
  });
  const wishes: readonly [SubscriptionName, OrganisationName, object][] = [
    [
      'wonen-registratie',
      'housing',
      {
        types: [mutation],
        hoedanigheid: 'wonen-huursubsidie',
        protocol: 'PROEF-WONEN',
        protocolVersion: 1,
        subjects: 'registered',
        ...webhook(receivers.housing.url),
      },
    ],
    [
      'parkeren-mutaties',
      'parking',
      {
        types: [mutation, registration],
        hoedanigheid: 'parkeervergunning',
        protocol: 'PROEF-PARKEREN',
        protocolVersion: 1,
        ...webhook(receivers.parking.url),
      },
    ],
    [
      'hulpdiensten-adressen',
      'rescue',
      { types: address, hoedanigheid: 'noodplanning', ...webhook(receivers.rescue.url) },
    ],
    [
      'kaarten-adressen',
      'maps',
      { types: [...address, street], hoedanigheid: 'kaart', ...webhook(receivers.maps.url) },
    ],
    ['archief-adressen', 'archive', { types: address, hoedanigheid: 'archief', channel: 'PULL' }],
    [
      'vreemde-mutaties',
      'stranger',
      { types: [mutation], hoedanigheid: 'nieuwsgierig', ...webhook(receivers.stranger.url) },
    ],
  ];
  for (const [name, client, wish] of wishes) await subscribeOne(day, name, client, wish);
  day.teller.say(`subscriptions: ${[...day.subscriptions.keys()].join(', ')}`);
}

async function subscribeOne(day: Day, name: SubscriptionName, client: OrganisationName, wish: object): Promise<void> {
  const gateway = day.stage.api('delivery-gateway', 'operator');
  const { subscriptions } = await gateway.get<{ subscriptions: readonly Subscribed[] }>('/v1/subscriptions');
  let subscription = subscriptions.find((s) => s.name === name);
  try {
    subscription ??= await gateway.send<Subscribed>('POST', '/v1/subscriptions', {
      name,
      organisation: organisations[client].code,
      reason: 'de dag van de proeftuin',
      ...wish,
    });
  } catch (fault) {
    if (!(fault instanceof Refused) || name !== 'vreemde-mutaties') throw fault;
    day.teller.say(`${name}: refused at the door (${fault.slug})`);
    return;
  }
  day.subscriptions.set(name, subscription.id);
  trust(day, client, await gateway.get<Subscribed>(`/v1/subscriptions/${subscription.id}`));
  if (subscription.state === 'new') await gateway.send('POST', `/v1/subscriptions/${subscription.id}/probe`, {});
}

/** The receiver believes deliveries that carry this endpoint's signature, and no others. */
function trust(day: Day, client: OrganisationName, subscription: Subscribed): void {
  const receiver = day.receivers[client as keyof Day['receivers']] as Day['receivers']['housing'] | undefined;
  const publicKeys = subscription.endpoint?.keys?.map((k) => k.key) ?? [];
  receiver?.trust(
    async (headers, body) =>
      (await verifyWebhook({ headers, body: new TextEncoder().encode(body) }, { publicKeys })).kind === 'valid',
  );
}

/** The housing agency follows two persons: what it may hear of is what it registered for. */
export async function registerSubjects(day: Day): Promise<void> {
  const id = day.subscriptions.get('wonen-registratie');
  const followed = [day.persons[0], day.persons[1]];
  for (const person of followed)
    await day.stage
      .api('delivery-gateway', 'housing')
      .send('PUT', `/v1/subscriptions/${id}/subjects/${person?.pseudoniem}`, { from: '2020-01-01', to: '2999-12-31' });
  day.teller.say('the housing agency registers for two of the six persons');
}
