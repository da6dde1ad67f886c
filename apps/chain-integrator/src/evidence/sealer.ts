import { MerkleTree } from '@kruispunt/audit';
import type { Clock } from '@kruispunt/clock';
import { ev, type SchemaIds } from '@kruispunt/contracts';
import { toRecord, type LogRecord } from '@kruispunt/event';
import {
  leafOf,
  type Claim,
  type Leaf,
  type PartitionStore,
  type PostgresChainEvidence,
  type StoredSeal,
  type Tx,
} from '@kruispunt/postgres';
import { addDays, civilDateAt, startOfDay, type CivilDate } from '@kruispunt/term';
import { chainSource } from '../run/publication-record.js';

export interface SealerParts {
  readonly store: PartitionStore;
  readonly evidence: PostgresChainEvidence;
  readonly schemaIds: SchemaIds;
  readonly clock: Clock;
}

/** How long after midnight a day is sealed: more than clocks of two owners differ. */
export const sealAfterMs = 600_000;
/** Rows read at a time. */
const pageMax = 5_000;

/** The stretch of a civil day in Brussels. */
export const spanOf = (day: CivilDate) => ({ from: startOfDay(day), until: startOfDay(addDays(day, 1)) });

/**
 * Puts each past day of a partition's history under a root: one seal per day, in the table and, by the outbox of the same transaction, in
 * the log. Done by the owner of the partition, so nothing of that day can still come.
 */
export class Sealer {
  /** Per partition, the day up to which there is nothing left to seal. */
  private readonly sealedTo = new Map<number, CivilDate>();

  constructor(private readonly parts: SealerParts) {}

  /** Seals one day that is past, when there is one. Called between the batches of a partition. */
  async seal(claim: Claim, position: number): Promise<boolean> {
    const { store, clock } = this.parts;
    const { partition } = claim;
    const today = civilDateAt(clock.now() - sealAfterMs);
    if ((this.sealedTo.get(partition) ?? '') >= today) return false;
    const sealed = await store.transact(claim, { from: position, next: position }, (tx) =>
      this.next(tx, partition, today),
    );
    if (!sealed) this.sealedTo.set(partition, today);
    await store.publishOutbox(claim);
    return sealed;
  }

  private async next(tx: Tx, part: number, today: CivilDate): Promise<boolean> {
    const { evidence, clock } = this.parts;
    const last = await evidence.lastSeal(tx, part);
    const from = last ? startOfDay(addDays(last.day, 1)) : 0;
    const firstAt = await evidence.firstAt(tx, part, { from, until: startOfDay(today) });
    if (firstAt === undefined) return false;
    const day = civilDateAt(firstAt);
    const leaves = await readLeaves(evidence, tx, part, day);
    const seal: StoredSeal = { part, day, rows: leaves.length, root: rootOf(leaves), prev: last?.root };
    const at = clock.now();
    await evidence.putSeal(tx, { ...seal, leaves: Buffer.concat(leaves.map(leafOf)), at });
    tx.publish([sealRecord(seal, at, this.parts.schemaIds)]);
    return true;
  }
}

export const rootOf = (leaves: readonly Leaf[]): string =>
  leaves.reduce((tree, leaf) => tree.add(leafOf(leaf)), new MerkleTree()).root;

/** Every row of one day, in the order in which it is sealed. */
export async function readLeaves(
  evidence: PostgresChainEvidence,
  tx: Pick<Tx, 'query'>,
  part: number,
  day: CivilDate,
): Promise<readonly Leaf[]> {
  const leaves: Leaf[] = [];
  for (;;) {
    const page = await evidence.dayLeaves(tx, part, spanOf(day), { after: leaves.at(-1), limit: pageMax });
    leaves.push(...page);
    if (page.length < pageMax) return leaves;
  }
}

/** The id is the place and the day: a second publication after a crash is the same event. */
function sealRecord({ part, day, rows, root, prev }: StoredSeal, at: number, schemaIds: SchemaIds): LogRecord {
  const tijdstipRegistratie = new Date(at).toISOString();
  return toRecord(
    {
      specversion: '1.0',
      id: `zegel-${part}-${day}`,
      source: chainSource('geschiedenis'),
      type: ev.GeschiedenisVerzegeldV1.type,
      subject: `urn:kruispunt:geschiedenis:${part}`,
      time: tijdstipRegistratie,
      data: { dag: day, partitie: part, rijen: rows, wortel: root, vorigeWortel: prev ?? null, tijdstipRegistratie },
    },
    ev.GeschiedenisVerzegeldV1,
    schemaIds,
  );
}
