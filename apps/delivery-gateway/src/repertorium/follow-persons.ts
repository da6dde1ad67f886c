import { hostname } from 'node:os';
import { ev, type GegevenGemuteerdV1, type IdentificatieVervangenV1, type SchemaIds } from '@kruispunt/contracts';
import { fromEntry } from '@kruispunt/event';
import { runPartitions, type KafkaDriver, type LogEntry, type PartitionRun } from '@kruispunt/kafka';
import {
  PostgresDisclosure,
  PostgresRepertorium,
  type Claim,
  type PartitionStore,
  type Queryable,
} from '@kruispunt/postgres';

export interface FollowParts {
  readonly driver: KafkaDriver;
  readonly store: PartitionStore;
  readonly schemaIds: SchemaIds;
  readonly groupId: string;
}

const notDisclosable = 'IT252';

/**
 * Follows the persons' own topic: a replaced identity takes its registrations and its protection along, IT252 is set or lifted. One stretch,
 * one transaction; a second time changes nothing.
 */
export const followPersons = ({ driver, store, schemaIds, groupId }: FollowParts): Promise<PartitionRun<Claim>> =>
  runPartitions({
    driver,
    store,
    groupId,
    consumer: 'repertorium',
    owner: `${hostname()}:${process.pid}`,
    topics: [ev.IdentificatieVervangenV1.topic],
    handle: async (claim, batch) => {
      await store.transact(claim, { from: batch.from, next: batch.next }, async (tx) => {
        for (const entry of batch.entries) await follow(tx, entry, schemaIds);
      });
    },
  });

async function follow(tx: Queryable, entry: LogEntry, schemaIds: SchemaIds): Promise<void> {
  const type = entry.headers['ce_type'];
  if (type !== ev.IdentificatieVervangenV1.type && type !== ev.GegevenGemuteerdV1.type) return;
  const read = fromEntry(entry, schemaIds);
  if (read.kind !== 'event') return;
  const { id, data } = read.event.envelope;
  if (type === ev.IdentificatieVervangenV1.type) {
    const { oudSubjectPseudoniem: from, nieuwSubjectPseudoniem: to } = data as IdentificatieVervangenV1;
    // Cancelled without a successor: nobody to move to; the registrations end in their time.
    if (to === null || to === from) return;
    await new PostgresRepertorium(tx).migrate({ from, to, cause: id, at: read.event.loggedAt });
    await new PostgresDisclosure(tx).migrate(from, to);
    return;
  }
  const { informatietype, actie, subjectPseudoniem, tijdstipRegistratie } = data as GegevenGemuteerdV1;
  if (informatietype !== notDisclosable) return;
  const stands = actie !== 'BEEINDIGD' && actie !== 'GEANNULEERD';
  await new PostgresDisclosure(tx).set(subjectPseudoniem, stands, Date.parse(tijdstipRegistratie));
}
