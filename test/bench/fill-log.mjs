// A long log, filled by a process of its own: what that takes of memory is not the planner's. Says the number of events when it is done.
import { randomUUID } from 'node:crypto';
import { LogAuditTrail } from '@kruispunt/audit';
import { eventTypes } from '@kruispunt/contracts';
import { KafkaEventLog, platformaticDriver } from '@kruispunt/kafka';
import { ConfluentRegistry } from '@kruispunt/registry';
import { applicationRecord, decisionRecord, decisionType } from './events.mjs';

const { brokers, registry, total, rareOne, delivered } = JSON.parse(process.env.FILL);
const batchOf = 2_000;
const source = 'urn:be:kbo:0999990024:systeem:bench';

const driver = platformaticDriver({ brokers, clientId: 'bench-fill' });
const log = await KafkaEventLog.open(driver, { waitingMax: 100_000, deadlineMs: 30_000 });
const schemaIds = await ConfluentRegistry.connect(registry).schemaIds(eventTypes);

/** One encoded value under fresh ids and keys; a rare one in between that bears another type. */
async function events() {
  const [common, rare] = [decisionRecord(schemaIds), applicationRecord(schemaIds)];
  const of = ({ headers, ...record }, i) => ({
    ...record,
    key: `omv-${i % 50_000}`,
    headers: { ...headers, ce_id: `bench-${i}` },
  });
  for (let at = 0; at < total; at += 4 * batchOf) {
    const batch = (from) =>
      Array.from({ length: Math.max(0, Math.min(batchOf, total - from)) }, (_, i) =>
        of((from + i) % rareOne === 0 ? rare : common, from + i),
      );
    await Promise.all([0, 1, 2, 3].map((b) => log.append(batch(at + b * batchOf))));
  }
}

/** Audit lines of deliveries that have been made: what a plan must read beside the log. */
async function auditLines({ subscription, count }) {
  const audit = new LogAuditTrail({ log, schemaIds, writer: randomUUID() });
  for (let at = 0; at < count; at += 500)
    await audit.append(
      Array.from({ length: Math.min(500, count - at) }, (_, i) => ({
        kind: 'outcome',
        at: Date.now(),
        action: 'deliver',
        organisation: 'OVO999300',
        application: 'delivery-gateway',
        subscription,
        event: { id: `bench-${at + i}`, source, type: decisionType.type },
        outcome: 'delivered',
      })),
    );
}

await events();
await auditLines(delivered);
await log.close();
console.log(total);
process.exit(0);
