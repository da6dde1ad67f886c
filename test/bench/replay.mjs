// Planning a replay over a long log, in the gateway's own code, against the driver's bare read of the same stretch.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { Consumer } from '@platformatic/kafka';
import { LogAuditTrail } from '@kruispunt/audit';
import { SystemClock, SystemRandom } from '@kruispunt/clock';
import { approvalRules } from '@kruispunt/delivery';
import {
  migrate,
  openDatabase,
  PostgresActs,
  PostgresDisclosure,
  PostgresProtocolStore,
  PostgresProtocolWitness,
  PostgresReplayEvidence,
  PostgresReplayItemStore,
  PostgresReplayPlanStore,
  PostgresReplayRunStore,
  PostgresReplayStanding,
  PostgresSubscriptionStore,
} from '@kruispunt/postgres';
import { Judge } from '../../apps/delivery-gateway/dist/match/judge.js';
import { NonDisclosable } from '../../apps/delivery-gateway/dist/match/non-disclosable.js';
import { leasedProtocols } from '../../apps/delivery-gateway/dist/match/protocol-lease.js';
import { Protocols } from '../../apps/delivery-gateway/dist/match/protocols.js';
import { Registrations } from '../../apps/delivery-gateway/dist/match/registrations.js';
import { Subscriptions } from '../../apps/delivery-gateway/dist/match/subscriptions.js';
import { makePlan } from '../../apps/delivery-gateway/dist/replay/make-plan.js';
import { ReplayDoor } from '../../apps/delivery-gateway/dist/replay/replay-door.js';
import { ReplayParts } from '../../apps/delivery-gateway/dist/replay/replay-parts.js';
import { scanStretch, stretchesOf } from '../../apps/delivery-gateway/dist/replay/scan-log.js';
import { applicationType, decisionType } from './events.mjs';
import { measured } from './measure.mjs';

export const title = 'Planning a replay';
export const about = `A log of two million events of one topic. A plan reads all of it through the subscription's present filter and policy, asks the audit
trail what the receiver has had, and freezes the result in Postgres in batches. One plan finds an event in a hundred (the others are told from the
headers), one takes all of them as items. The rival only reads: the Kafka client that we use, as one would use it by hand, no decoding, no
judgement, no row. CPU: this process, and Postgres for ours.`;

/** One in this many is of the type that the second plan asks for. */
const rareOne = 100;

/** Fills the log in a process of its own (fill-log.mjs). */
function fill(world, what) {
  const env = {
    PATH: process.env.PATH,
    FILL: JSON.stringify({ brokers: world.brokers, registry: world.system.env.SCHEMA_REGISTRY_URL, rareOne, ...what }),
  };
  const script = new URL('./fill-log.mjs', import.meta.url).pathname;
  return promisify(execFile)(process.execPath, [script], { env });
}

/** What a plan asks of the way to the subscriber: who it is, and how an event is judged. It sends nothing. */
class PlanningDoor extends ReplayDoor {
  constructor(store, judges) {
    super();
    Object.assign(this, { store, judges });
  }
  subscription(id) {
    return this.store.find(id);
  }
  judge(subscription, events) {
    return this.judges.judgeAll(
      subscription,
      events.map((event) => ({
        event,
        type: event.envelope.type === decisionType.type ? decisionType : applicationType,
      })),
    );
  }
  unseal() {
    return undefined;
  }
}

async function openParts(world) {
  const { admin, driver, log, schemaIds } = world;
  const clock = new SystemClock();
  const database = world.owns(openDatabase(world.databaseUrl));
  await migrate(database);
  const store = new PostgresSubscriptionStore(database);
  const leased = leasedProtocols(new PostgresProtocolStore(database), new PostgresProtocolWitness(database), 'bench');
  const protocols = new Protocols(leased, { leaseMs: 3_600_000, elapsedMs: () => performance.now() });
  await protocols.refresh();
  const judge = new Judge(
    new Subscriptions(store, protocols),
    protocols,
    new Registrations(store, clock),
    new NonDisclosable(new PostgresDisclosure(database)),
    clock,
  );
  const stores = {
    acts: new PostgresActs(database),
    plans: new PostgresReplayPlanStore(database),
    runs: new PostgresReplayRunStore(database),
    items: new PostgresReplayItemStore(database),
    standing: new PostgresReplayStanding(database),
    evidence: new PostgresReplayEvidence(database),
  };
  const reader = world.owns(await driver.reader());
  const audit = new LogAuditTrail({ log, schemaIds, writer: randomUUID() });
  const ambient = { clock, random: new SystemRandom(), approval: approvalRules };
  const parts = new ReplayParts(stores, { reader, admin, schemaIds }, new PlanningDoor(store, judge), audit, ambient);
  return { parts, store, database, reader };
}

/** A subscription that stands behind everything, as if all of it had been handled. */
async function subscribed({ store, database }, { id, type }, ends) {
  const wish = { id, name: `bench-${id}`, org: 'OVO999300', hoedanigheid: 'bench', types: [type], subjects: 'all' };
  await store.add({ ...wish, channel: 'WEBHOOK', orderPolicy: 'hold', inFlightMax: 16, state: 'active' }, []);
  for (const { partition, next } of ends) {
    await database.query({
      name: 'bench-owner',
      text: `insert into partition_owner (consumer, topic, part, next) values ('delivery', $1, $2, $3)
             on conflict (consumer, topic, part) do update set next = excluded.next`,
      values: [decisionType.topic, partition, next],
    });
  }
}

const caller = { organisation: 'OVO999001', nis: [], scopes: ['kruispunt.operate'], subject: 'bench' };

const side = ({ events, seconds, cpuUs }) => ({ rate: events / seconds, cpuUs: cpuUs / events });

/** The Kafka client as one would use it by hand: a consumer that reads the topic from its beginning and looks at nothing. */
async function bareClient(world, total) {
  const consumer = new Consumer({
    clientId: 'bench-bare',
    groupId: `bench-${randomUUID()}`,
    bootstrapBrokers: world.brokers,
  });
  const bounds = { mode: 'earliest', autocommit: false, maxBytes: 4 << 20, maxWaitTime: 100 };
  const stream = await consumer.consume({ topics: [decisionType.topic], ...bounds });
  const took = await measured(async () => {
    let seen = 0;
    for await (const _ of stream) if ((seen += 1) === total) break;
    return seen;
  });
  await stream.close();
  await consumer.close(true);
  return side(took);
}

/** The reader a plan stands on, with nothing behind it. */
async function ownReader({ admin }, reader) {
  return side(
    await measured(async () => {
      let seen = 0;
      for (const stretch of await stretchesOf(admin, [decisionType.topic], {}))
        for await (const { entries } of scanStretch(reader, stretch)) seen += entries.length;
      return seen;
    }),
  );
}

export async function run(world, { quick, tell }) {
  const total = quick ? 100_000 : 2_000_000;
  const known = Math.min(100_000, total / 2);
  const everything = randomUUID();
  tell('filling the log');
  await fill(world, { total, delivered: { subscription: everything, count: known } });
  const opened = await openParts(world);
  const { parts, reader } = opened;
  const ends = await world.admin.offsets(decisionType.topic);
  const rarely = randomUUID();
  await subscribed(opened, { id: rarely, type: applicationType.type }, ends);
  await subscribed(opened, { id: everything, type: decisionType.type }, ends);

  let heapMb = 0;
  const planned = async (subscription, intent) => {
    const request = { subscription, intent, order: 'preserve', reason: 'a measurement on test data' };
    const watch = setInterval(() => (heapMb = Math.max(heapMb, process.memoryUsage().rss / 2 ** 20)), 100);
    let plan;
    const took = await measured(
      async () => {
        plan = await makePlan(parts, caller, { request, dryRun: false });
        return total;
      },
      { pids: world.postgresPids },
    );
    clearInterval(watch);
    return { plan, side: side(took) };
  };
  // The plans first: what the client leaves in memory is not theirs.
  tell('one in a hundred');
  const rare = await planned(rarely, 'missing');
  tell('all of them');
  const all = await planned(everything, 'all');
  tell('our own reader alone');
  const read = await ownReader(world, reader);
  tell('bare client');
  const rival = await bareClient(world, total);
  const against = 'the client alone (@platformatic/kafka, a consumer), reading the same topic';
  return {
    unit: 'event',
    rows: [
      {
        what: `a plan that finds 1 in ${rareOne} (${rare.plan.summary.queued} items)`,
        against,
        ours: rare.side,
        rival,
      },
      {
        what: `a plan that freezes all (${all.plan.summary.queued} items, ${all.plan.summary.duplicates} had before)`,
        against,
        ours: all.side,
        rival,
      },
    ],
    notes: [
      `${total} events in ${ends.length} partitions; ${known} audit lines read beside them by the second plan.`,
      `Our reader alone, all records with their headers as text: ${Math.round(read.rate).toLocaleString('en-US')}/s, ${read.cpuUs.toFixed(1)} µs of CPU each.`,
      `Most memory of the planning process: ${Math.round(heapMb)} MiB resident.`,
      'Target of the design: ≥ 100 000 events scanned/s.',
    ],
  };
}
