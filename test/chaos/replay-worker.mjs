// A process that carries on replay runs and is killed at a chosen step: a step is one statement, one append to the log (an audit line)
// or one POST to the receiver. Started by replay-kill.broker.spec.ts, from the built packages, as production runs it.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { LogAuditTrail } from '@kruispunt/audit';
import { SystemClock, SystemRandom, SystemTimers } from '@kruispunt/clock';
import { eventTypes } from '@kruispunt/contracts';
import { approvalRules } from '@kruispunt/delivery';
import { KafkaEventLog, platformaticDriver } from '@kruispunt/kafka';
import {
  openDatabase,
  PostgresActs,
  PostgresReplayEvidence,
  PostgresReplayItemStore,
  PostgresReplayPlanStore,
  PostgresReplayRunStore,
  PostgresReplayStanding,
} from '@kruispunt/postgres';
import { openTelemetry } from '@kruispunt/telemetry';
import { ReplayDoor } from '../../apps/delivery-gateway/dist/replay/replay-door.js';
import { ReplayParts } from '../../apps/delivery-gateway/dist/replay/replay-parts.js';
import { ReplayRunner } from '../../apps/delivery-gateway/dist/replay/replay-runner.js';

const work = JSON.parse(process.env.REPLAY_WORK);
const { databaseUrl, brokers, receiverUrl, subscription, idBase, run, leaseMs, life, atStep, moment } = work;

let steps = 0;
const fate = (mine, when) => mine === atStep && moment === when && process.kill(process.pid, 'SIGKILL');
async function step(work) {
  const mine = ++steps;
  const answer = work();
  // The socket has written when the event loop comes round once.
  if (mine === atStep && moment === 'sent') await new Promise((resolve) => setImmediate(resolve));
  fate(mine, 'sent');
  const result = await answer;
  fate(mine, 'answered');
  return result;
}

const query = pg.Client.prototype.query;
pg.Client.prototype.query = function (...args) {
  return step(() => query.apply(this, args));
};

const schemaIds = {
  idOf: (type) => idBase + eventTypes.findIndex((known) => known.type === type.type),
  typeOf: (id) => eventTypes[id - idBase],
};
const clock = new SystemClock();
const driver = platformaticDriver({ brokers, clientId: 'replay-worker' });
const [reader, admin, log] = await Promise.all([driver.reader(), driver.admin(), KafkaEventLog.open(driver)]);
const database = openDatabase(databaseUrl, { sessionsMax: 4 });
const counted = { append: (records) => step(() => log.append(records)) };
const audit = new LogAuditTrail({ log: counted, schemaIds, writer: randomUUID() });

/** One attempt as the real door makes it: intent in the log, one POST, outcome in the log. */
class PostingDoor extends ReplayDoor {
  subscription = () => Promise.resolve(subscription);
  judge = (_, events) => Promise.resolve(events.map(() => ({ kind: 'allowed', fields: [], rule: 'chaos' })));
  unseal = () => undefined;

  async deliverOne({ id, org }, { envelope, position }, { replay }) {
    const { id: eventId, source, type } = envelope;
    const event = { id: eventId, source, type, position };
    const application = 'delivery-gateway';
    const line = {
      at: clock.now(),
      action: 'deliver',
      organisation: org,
      application,
      subscription: id,
      event,
      replay,
    };
    await audit.append([{ ...line, kind: 'intent' }]);
    const headers = { 'webhook-id': eventId, kpreplay: replay, life: String(life) };
    const { status } = await step(() => fetch(receiverUrl, { method: 'POST', headers }));
    const ok = status >= 200 && status < 300;
    const [reference] = await audit.append([{ ...line, kind: 'outcome', outcome: ok ? 'delivered' : String(status) }]);
    return { kind: ok ? 'delivered' : 'failed', status, reason: String(status), auditRef: reference.id };
  }
}

const stores = {
  acts: new PostgresActs(database),
  plans: new PostgresReplayPlanStore(database),
  runs: new PostgresReplayRunStore(database),
  items: new PostgresReplayItemStore(database),
  standing: new PostgresReplayStanding(database),
  evidence: new PostgresReplayEvidence(database),
};
const ambient = { clock, random: new SystemRandom(), approval: approvalRules };
const parts = new ReplayParts(stores, { reader, admin, schemaIds }, new PostingDoor(), audit, ambient);
const stop = new AbortController();
const { log: quiet } = openTelemetry('replay-worker', { level: 'silent' });
const owner = `worker ${process.pid}`;
const working = new ReplayRunner(parts, { owner, timers: new SystemTimers(), log: quiet, leaseMs }).work(
  stop.signal,
  20,
);
while ((await stores.runs.find(run)).state === 'running') await new Promise((resolve) => setTimeout(resolve, 50));
stop.abort();
await working;
await Promise.all([reader.close(), admin.close(), log.close(), database.close()]);
console.log(JSON.stringify({ steps }));
