import { sealed, type HistoryRow } from '@kruispunt/chain-engine';
import type { Database, Leaf, PostgresChainEvidence } from '@kruispunt/postgres';
import { startOfDay, type CivilDate } from '@kruispunt/term';
import type { PublishedSeal } from './read-seals.js';
import { readLeaves, rootOf } from './sealer.js';

/** A row that is not what it was, by name. `seq` 0: the seal of the day itself. */
export interface Finding {
  readonly what: 'altered' | 'removed' | 'inserted' | 'reordered' | 'seal';
  readonly part: number;
  readonly instance: string | null;
  readonly seq: number;
  readonly day: CivilDate | null;
  readonly says: string;
}

export interface Verification {
  readonly rows: number;
  readonly seals: number;
  readonly findings: readonly Finding[];
}

export interface VerifyParts {
  readonly database: Database;
  readonly evidence: PostgresChainEvidence;
  readonly partitions: number;
  readonly seals: () => Promise<readonly PublishedSeal[]>;
}

const pageMax = 2_000;
/** More findings than this tell nothing more. */
const findingsMax = 1_000;
/** How far a row is looked for at another place of its instance. */
const placesMax = 200;

/**
 * Holds the history from `from` on against itself and against the log: each row its hash, each row the one before it, each instance its
 * last row, each sealed day its root. Names what was altered, removed, inserted or reordered. Reads only. Throws `log-unavailable`.
 */
export async function verifyEvidence(parts: VerifyParts, from: CivilDate): Promise<Verification> {
  const { database, evidence, partitions } = parts;
  const published = (await parts.seals()).filter((seal) => seal.dag >= from);
  const findings = new Map<string, Finding>();
  const add = (finding: Finding) => {
    const name = `${finding.part}/${finding.instance ?? finding.day ?? ''}/${finding.seq}`;
    if (!findings.has(name) && findings.size < findingsMax) findings.set(name, finding);
  };
  let rows = 0;
  for (let part = 0; part < partitions; part += 1) {
    rows += await checkRows(parts, part, from, add);
    for (const { id, seq } of await evidence.loseHeads(database, part))
      add({
        what: 'removed',
        part,
        instance: id,
        seq,
        day: null,
        says: 'the last row is not the one the instance names',
      });
    await checkSeals(
      parts,
      part,
      from,
      published.filter((seal) => seal.partitie === part),
      add,
    );
  }
  return { rows, seals: published.length, findings: [...findings.values()] };
}

type Add = (finding: Finding) => void;

async function checkRows(
  { database, evidence }: VerifyParts,
  part: number,
  from: CivilDate,
  add: Add,
): Promise<number> {
  let count = 0;
  let after: Pick<Leaf, 'id' | 'seq'> | undefined;
  for (;;) {
    const page = await evidence.rows(database, part, startOfDay(from), { after, limit: pageMax });
    for (const { id, row, before } of page) {
      const at = { part, instance: id, seq: row.seq, day: null };
      const fault = faultOf(row);
      if (fault) add({ ...at, ...fault });
      else if (row.seq > 1 && before === undefined)
        add({ ...at, seq: row.seq - 1, what: 'removed', says: 'the row before this one is gone' });
      else if ((before ?? '') !== row.prev)
        add({ ...at, seq: row.seq - 1, what: 'altered', says: 'the next row names another before it' });
    }
    count += page.length;
    const last = page.at(-1);
    if (!last || page.length < pageMax) return count;
    after = { id: last.id, seq: last.row.seq };
  }
}

/** Whether a row is what its hash says; or was so at another number. */
function faultOf(row: HistoryRow): Pick<Finding, 'what' | 'says'> | undefined {
  const { hash, ...rest } = row;
  if (sealed(rest).hash === hash) return undefined;
  for (let seq = Math.max(1, row.seq - placesMax); seq <= row.seq + placesMax; seq += 1)
    if (sealed({ ...rest, seq }).hash === hash) return { what: 'reordered', says: `was row ${seq}` };
  return { what: 'altered', says: 'its content is not what its hash says' };
}

async function checkSeals(
  { database, evidence }: VerifyParts,
  part: number,
  from: CivilDate,
  published: readonly PublishedSeal[],
  add: Add,
): Promise<void> {
  const known = new Set(published.map((seal) => seal.dag));
  for (const { day } of await evidence.seals(database, part, from))
    if (!known.has(day))
      add({ what: 'seal', part, instance: null, seq: 0, day, says: 'the log has no root of this day' });
  for (const { dag: day, wortel } of published) {
    const now = await readLeaves(evidence, database, part, day);
    if (rootOf(now) === wortel) continue;
    const then = await evidence.leaves(database, part, day);
    if (rootOf(then) === wortel) compare(part, day, then, now, add);
    else
      add({
        what: 'seal',
        part,
        instance: null,
        seq: 0,
        day,
        says: 'neither the rows nor their kept list give the root in the log',
      });
  }
}

const nameOf = ({ id, seq }: Leaf): string => `${id}/${seq}`;

/** What was sealed against what stands there now. */
function compare(part: number, day: CivilDate, then: readonly Leaf[], now: readonly Leaf[], add: Add): void {
  const found = new Map(now.map((leaf) => [nameOf(leaf), leaf.hash]));
  const wanted = new Map(then.map((leaf) => [nameOf(leaf), leaf.hash]));
  for (const leaf of then) {
    const at = { part, instance: leaf.id, seq: leaf.seq, day };
    const hash = found.get(nameOf(leaf));
    if (hash === undefined) add({ ...at, what: 'removed', says: 'was sealed and is gone' });
    else if (hash !== leaf.hash) add({ ...at, what: 'altered', says: 'was sealed with another hash' });
  }
  for (const leaf of now)
    if (!wanted.has(nameOf(leaf)))
      add({
        part,
        instance: leaf.id,
        seq: leaf.seq,
        day,
        what: 'inserted',
        says: 'was not there when the day was sealed',
      });
}
