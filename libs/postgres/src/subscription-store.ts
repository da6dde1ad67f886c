import type {
  Batch,
  Circuit,
  Endpoint,
  Filter,
  OrderPolicy,
  Output,
  Subscription,
  SubscriptionState,
} from '@kruispunt/delivery';
import type { Channel } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import { isConflictOn } from './database-problem.js';
import type { Database } from './database.js';
import type { Queryable } from './statement.js';

/** Where a new subscription begins to read. */
export interface StartPosition {
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
}

/** What may change; `rev` rises by itself. */
export type SubscriptionChange = Partial<
  Pick<
    Subscription,
    | 'nis'
    | 'filter'
    | 'validTo'
    | 'endpoint'
    | 'projection'
    | 'inFlightMax'
    | 'rateMax'
    | 'batch'
    | 'state'
    | 'stateReason'
    | 'protocol'
    | 'protocolVersion'
  >
>;

interface Row {
  id: string;
  name: string;
  org: string;
  namens: string | null;
  protocol: string | null;
  protocol_version: number | null;
  hoedanigheid: string;
  types: string[];
  nis: string[] | null;
  filter: Filter | null;
  subjects: number;
  valid_from: string | null;
  valid_to: string | null;
  channel: Channel;
  endpoint: Endpoint | null;
  projection: string[] | null;
  order_policy: OrderPolicy;
  batch: Batch | null;
  in_flight_max: number;
  rate_max: number | null;
  output: Output | null;
  state: SubscriptionState;
  state_reason: string | null;
  circuit: Circuit | null;
  rev: number;
}

/** Subscriptions and their repertorium. */
export class PostgresSubscriptionStore {
  constructor(private readonly database: Database) {}

  /** Adds a subscription with its positions. `conflict` when the organisation has one of this name. */
  async add(subscription: Omit<Subscription, 'rev'>, starts: readonly StartPosition[]): Promise<Subscription> {
    try {
      return await this.database.transaction(async (tx) => {
        const added = await insert(tx, subscription);
        await tx.query({
          name: 'subscription-positions',
          text: `insert into position (sub, topic, part, next, start, behind)
                 select $1, s.topic, s.part, s.next, s.next, true from unnest($2::text[], $3::int[], $4::bigint[]) as s (topic, part, next)`,
          values: [
            subscription.id,
            starts.map((s) => s.topic),
            starts.map((s) => s.partition),
            starts.map((s) => s.next),
          ],
        });
        return added;
      });
    } catch (thrown) {
      if (isConflictOn(thrown, 'subscription_org_name_key'))
        throw problem('conflict', { reason: 'this organisation has a subscription of that name' }, thrown);
      throw thrown;
    }
  }

  async find(id: string): Promise<Subscription | undefined> {
    if (!/^[0-9a-f-]{36}$/.test(id)) return undefined;
    const rows = await this.database.query<Row>({
      name: 'subscription-find',
      text: 'select * from subscription where id = $1',
      values: [id],
    });
    return rows[0] && subscriptionOf(rows[0]);
  }

  /** By `name` or `organisation/name`; all that fit, at most ten. */
  async named(name: string): Promise<readonly Subscription[]> {
    const rows = await this.database.query<Row>({
      name: 'subscription-named',
      text: `select * from subscription where name = $1 or org || '/' || name = $1 order by org limit 10`,
      values: [name],
    });
    return rows.map(subscriptionOf);
  }

  /** Those of one organisation, or all; by name. */
  async list(org: string | undefined, limit: number): Promise<readonly Subscription[]> {
    const rows = await this.database.query<Row>({
      name: 'subscription-list',
      text: 'select * from subscription where $1::text is null or org = $1 order by org, name limit $2',
      values: [org ?? null, limit],
    });
    return rows.map(subscriptionOf);
  }

  /** What changed after `rev`, oldest change first: how every process keeps its own picture. */
  async changedSince(rev: number): Promise<readonly Subscription[]> {
    const rows = await this.database.query<Row>({
      name: 'subscription-changed',
      text: 'select * from subscription where rev > $1 order by rev limit 10000',
      values: [rev],
    });
    return rows.map(subscriptionOf);
  }

  /** Changes what is given, of a subscription that has not ended. undefined when there is none. */
  async change(id: string, change: SubscriptionChange): Promise<Subscription | undefined> {
    return this.database.transaction(async (tx) => {
      const rows = await tx.query<Row>({
        name: 'subscription-lock',
        text: `select * from subscription where id = $1 and state <> 'ended' for update`,
        values: [id],
      });
      if (!rows[0]) return undefined;
      const s = { ...subscriptionOf(rows[0]), ...change };
      const changed = await tx.query<Row>({
        name: 'subscription-change',
        text: `update subscription set nis = $2, filter = $3::jsonb, valid_to = $4, endpoint = $5::jsonb, projection = $6, in_flight_max = $7, state = $8,
                 state_reason = $9, protocol = $10, protocol_version = $11, rate_max = $12, batch = $13::jsonb, rev = nextval('subscription_rev') where id = $1 returning *`,
        values: [
          id,
          s.nis ?? null,
          s.filter ? JSON.stringify(s.filter) : null,
          s.validTo ?? null,
          s.endpoint ? JSON.stringify(s.endpoint) : null,
          s.projection ?? null,
          s.inFlightMax,
          s.state,
          s.stateReason ?? null,
          s.protocol ?? null,
          s.protocolVersion ?? null,
          s.rateMax ?? null,
          s.batch ? JSON.stringify(s.batch) : null,
        ],
      });
      return changed[0] && subscriptionOf(changed[0]);
    });
  }

  /** Keeps the circuit, for a restart and for people; it is no change that others must read. */
  async keepCircuits(circuits: readonly { readonly subscription: string; readonly circuit: Circuit }[]): Promise<void> {
    if (circuits.length === 0) return;
    await this.database.query({
      name: 'subscription-circuits',
      text: `update subscription s set circuit = c.circuit from unnest($1::uuid[], $2::jsonb[]) as c (id, circuit) where s.id = c.id`,
      values: [circuits.map((c) => c.subscription), circuits.map((c) => JSON.stringify(c.circuit))],
    });
  }

  /** Which of these subjects are registered on `day` (`YYYY-MM-DD`): subject → the subscriptions. One statement, however many. */
  async registered(subjects: readonly string[], day: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const rows = await this.database.query<{ subject: string; sub: string }>({
      name: 'subjects-registered',
      text: `select convert_from(subject, 'UTF8') as subject, sub from subject_registration
             where subject = any(array(select convert_to(s, 'UTF8') from unnest($1::text[]) as s)) and valid_from <= $2 and (valid_to is null or valid_to >= $2)`,
      values: [subjects, day],
    });
    const found = new Map<string, Set<string>>();
    for (const { subject, sub } of rows) found.set(subject, (found.get(subject) ?? new Set()).add(sub));
    return found;
  }
}

async function insert(tx: Queryable, s: Omit<Subscription, 'rev'>): Promise<Subscription> {
  const rows = await tx.query<Row>({
    name: 'subscription-add',
    text: `insert into subscription (id, name, org, namens, protocol, protocol_version, hoedanigheid, types, nis, filter, subjects, valid_from, valid_to,
             channel, endpoint, projection, order_policy, in_flight_max, state, rate_max, batch, output)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13, $14, $15::jsonb, $16, $17, $18, $19, $20, $21::jsonb, $22::jsonb) returning *`,
    values: [
      s.id,
      s.name,
      s.org,
      s.namens ?? null,
      s.protocol ?? null,
      s.protocolVersion ?? null,
      s.hoedanigheid,
      s.types,
      s.nis ?? null,
      s.filter ? JSON.stringify(s.filter) : null,
      s.subjects === 'registered' ? 1 : 0,
      s.validFrom ?? null,
      s.validTo ?? null,
      s.channel,
      s.endpoint ? JSON.stringify(s.endpoint) : null,
      s.projection ?? null,
      s.orderPolicy,
      s.inFlightMax,
      s.state,
      s.rateMax ?? null,
      s.batch ? JSON.stringify(s.batch) : null,
      s.output ? JSON.stringify(s.output) : null,
    ],
  });
  return subscriptionOf(rows[0]!);
}

function subscriptionOf(row: Row): Subscription {
  const optional = {
    namens: row.namens,
    protocol: row.protocol,
    protocolVersion: row.protocol_version,
    nis: row.nis,
    filter: row.filter,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    endpoint: row.endpoint,
    projection: row.projection,
    stateReason: row.state_reason,
    circuit: row.circuit,
    batch: row.batch,
    rateMax: row.rate_max,
    output: row.output,
  };
  const present = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null));
  return {
    id: row.id,
    name: row.name,
    org: row.org,
    hoedanigheid: row.hoedanigheid,
    types: row.types,
    channel: row.channel,
    subjects: row.subjects === 1 ? 'registered' : 'all',
    orderPolicy: row.order_policy,
    inFlightMax: row.in_flight_max,
    state: row.state,
    rev: row.rev,
    ...present,
  };
}
