import { expect } from '@jest/globals';
import type { TokenClaims } from '@kruispunt/embedded';
import { freshName, until } from '@kruispunt/testkit';
import { open, personal } from './events.js';
import { Receiver } from './receiver.js';
import { colleague, operator, type Json, type TestSystem } from './system.js';

export interface Subscriber {
  readonly id: string;
  readonly name: string;
  readonly claims: TokenClaims;
  readonly receiver: Receiver;
}

let organisations = 300;
const newOrganisation = (): string => `OVO999${organisations++}`;

/** An organisation with an endpoint on loopback (a hole in the address guard that is granted), probed and active. */
export async function subscribe(
  bench: TestSystem,
  wish: Json = {},
  organisation: string = newOrganisation(),
): Promise<Subscriber> {
  const claims = { organisation, scopes: ['kruispunt.subscribe'], subject: 'afnemer' };
  const receiver = new Receiver();
  await receiver.listen();
  bench.alsoClose(receiver);
  const name = freshName('e2e').replaceAll('.', '-');
  const added = await done(bench, claims, 'POST /v1/subscriptions', {
    name,
    hoedanigheid: 'proef',
    types: [open.type],
    endpoint: { url: receiver.url, exceptions: [{ cidr: '127.0.0.1/32', days: 1 }] },
    ...wish,
  });
  const id = String(added['id']);
  receiver.publicKeys = (added['endpoint'] as { keys: { key: string }[] }).keys.map(({ key }) => key);
  const probed = await done(bench, claims, `POST /v1/subscriptions/${id}/probe`, {});
  if (probed['ok'] !== true) throw new Error(`the probe failed: ${JSON.stringify(probed)}`);
  return { id, name, claims, receiver };
}

/** A subscription to moves under a protocol of its own, which lets `fields` go and is in force before it. */
export async function subscribeToMoves(
  bench: TestSystem,
  fields: readonly string[],
): Promise<Subscriber & { readonly protocol: string }> {
  const [protocol, organisation] = [freshName('P'), newOrganisation()];
  await conclude(bench, protocol, {
    parties: [{ organisation }],
    hoedanigheid: 'proef',
    purpose: 'a proof',
    legalGround: 'invented',
    eventTypes: [personal.type],
    fieldsPerType: { [personal.type]: fields },
    territory: 'all',
    subjectScope: 'all',
    validFrom: '2020-01-01',
  });
  const wish = { types: [personal.type], protocol, protocolVersion: 1 };
  return { ...(await subscribe(bench, wish, organisation)), protocol };
}

/** A version of a protocol, as law is made: one person proposes, a colleague approves. */
export async function conclude(bench: TestSystem, id: string, text: Json, version = 1): Promise<void> {
  const name = `${id}/${version}`;
  const proposed = await done(bench, operator, `POST /v1/protocols/${name}/propose`, {
    ...text,
    reason: 'protocol of a proof',
  });
  const { digest } = proposed['proposal'] as { digest: string };
  await done(bench, colleague, `POST /v1/protocols/${name}/approve`, { digest, reason: 'nagekeken door een collega' });
}

async function done(bench: TestSystem, claims: TokenClaims, route: `${string} /${string}`, body: Json): Promise<Json> {
  const answer = await bench.ask('delivery-gateway', claims, route, body);
  if (answer.status >= 300) throw new Error(`${route}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export interface Books {
  readonly matched: number;
  readonly delivered: number;
  readonly suppressed: number;
  readonly held: number;
  readonly parked: number;
  readonly difference: number;
}

/** What the stores say of one subscription: counted now, not kept by a counter. */
export async function booksOf(bench: TestSystem, { id }: Pick<Subscriber, 'id'>): Promise<Books> {
  const [books] = await bench.database.query<Books>({
    name: 'e2e-books',
    text: `select coalesce(sum(matched), 0)::int as matched, coalesce(sum(delivered), 0)::int as delivered,
      coalesce(sum(suppressed), 0)::int as suppressed, coalesce(sum(held), 0)::int as held,
      coalesce(sum(parked), 0)::int as parked, coalesce(sum(abs(difference)), 0)::int as difference
      from delivery_conservation where sub = $1`,
    values: [id],
  });
  if (!books) throw new Error('no books');
  return books;
}

/** Waits for the books to say `wanted`, and says what they say when they do not. */
export async function booksComeTo(
  bench: TestSystem,
  subscriber: Pick<Subscriber, 'id'>,
  wanted: Partial<Books>,
): Promise<void> {
  const names = Object.keys(wanted) as (keyof Books)[];
  const holds = async () => {
    const books = await booksOf(bench, subscriber);
    return names.every((name) => books[name] === wanted[name]);
  };
  await until('the books', holds).catch(() => undefined);
  expect(await booksOf(bench, subscriber)).toMatchObject(wanted);
}

/** Why events of one subscription were suppressed, by rule. */
export async function suppressionsOf(bench: TestSystem, { id }: Pick<Subscriber, 'id'>): Promise<Json> {
  const rows = await bench.database.query<{ rule: string; n: number }>({
    name: 'e2e-suppressions',
    text: 'select rule, sum(n)::int as n from suppression where sub = $1 group by 1',
    values: [id],
  });
  return Object.fromEntries(rows.map(({ rule, n }) => [rule, n]));
}
