// Subscriptions by the thousand, written straight into the tables: what the growth curves stand on.
import { createServer } from 'node:net';
import { openDatabase } from '@kruispunt/postgres';

/** The municipality of the events that are measured, and the one whose events the dead are sent. */
export const here = '24055';
export const graveyard = '44021';

/** A port of this machine that refuses. */
export async function closedPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The ends of a topic's partitions, as positions to begin at. */
export const endsOf = async ({ admin }, topic) => (await admin.offsets(topic)).map((end) => ({ ...end, topic }));

/** A database of the bench's own beside the gateway's. */
export const databaseOf = (world) => world.owns(openDatabase(world.databaseUrl, { statementTimeoutMs: 60_000 }));

/**
 * Adds `count` subscriptions to one event type, active, at the end of the log. `nis`: where each of them looks, an SQL expression over
 * `i`; null: everywhere. Answers their ids.
 */
export async function addCrowd(database, { count, stem, type, url, nis = 'null', inFlightMax = 16, ends }) {
  const endpoint = {
    url,
    profile: 'v1a',
    keyVersion: 1,
    exceptions: [{ cidr: '127.0.0.1/32', until: Date.now() + 86_400_000, approver: 'bench' }],
  };
  // In one transaction, as the gateway adds one: it hears of them when their positions stand.
  return database.transaction(async (tx) => {
    const rows = await tx.query({
      name: `crowd-${stem}`,
      text: `insert into subscription (id, name, org, hoedanigheid, types, nis, channel, endpoint, in_flight_max, state)
             select gen_random_uuid(), '${stem}-' || i, 'OVO999300', 'bench', $1, ${nis}, 'WEBHOOK', $2::jsonb, $3, 'active'
             from generate_series(1, $4::int) i returning id`,
      values: [[type], JSON.stringify(endpoint), inFlightMax, count],
    });
    const ids = rows.map(({ id }) => id);
    for (const { topic, partition, next } of ends)
      await tx.query({
        name: 'crowd-positions',
        text: `insert into position (sub, topic, part, next, start, behind) select s, $2, $3, $4, $4, true from unnest($1::uuid[]) s`,
        values: [ids, topic, partition, next],
      });
    return ids;
  });
}

/** `count` subscriptions of which one in ten is dead; none of them is concerned by events of `here`. */
export async function addBystanders(world, database, { count, type, receiver, ends }) {
  const dead = Math.floor(count / 10);
  const elsewhere = `array[(11001 + (i % 500))::text]`;
  if (count > dead)
    await addCrowd(database, {
      ...{ count: count - dead, stem: `far-${count}`, type, ends, nis: elsewhere },
      url: `${receiver.url}/hook`,
    });
  if (dead === 0) return [];
  return addCrowd(database, {
    ...{ count: dead, stem: `dead-${count}`, type, ends, nis: `array['${graveyard}']` },
    url: `http://127.0.0.1:${await closedPort()}/hook`,
  });
}

/** A record of another municipality. */
const at = (record, nis) => ({ ...record, headers: { ...record.headers, ce_kpgemeentenis: nis } });
/** In the order of an SQL array: one municipality for all. */
export const allAt = (nis) => `array['${nis}']`;
export const ofHere = (record) => at(record, here);
/** What the dead are sent, until their circuits open. */
export const ofGraveyard = (record) => at(record, graveyard);

/** Pauses subscriptions, or lets them go on; the gateway hears of it at once. */
export const setState = (database, ids, state) =>
  database.query({
    name: 'crowd-state',
    text: `update subscription set state = $2, rev = nextval('subscription_rev') where id = any($1)`,
    values: [ids, state],
  });

/** How many circuits stand open. */
export async function openCircuits(database, ids) {
  const [{ n }] = await database.query({
    name: 'crowd-circuits',
    text: `select count(*) as n from subscription where id = any($1) and circuit->>'kind' <> 'closed'`,
    values: [ids],
  });
  return n;
}

/** matched = delivered + suppressed + held + parked, everywhere (I5): the sum of what differs. */
export async function conservation(database) {
  const [{ n }] = await database.query({
    name: 'crowd-conservation',
    text: 'select coalesce(sum(abs(difference)), 0)::int as n from delivery_conservation',
  });
  return n;
}
