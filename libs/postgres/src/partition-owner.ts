import { Problem, problem } from '@kruispunt/problem';
import type { Database } from './database.js';
import type { Claim, Stretch } from './partition-store.js';
import type { Queryable } from './statement.js';

/** First half of the advisory locks that say which session is inside a transaction of which owner row (second half: its id). */
const inTransactionLock = 19_280;
/** Taken in the statement that takes the row, whichever that is: a session that stands still with the row can be found and ended. */
const showsSession = `pg_advisory_xact_lock_shared(${inTransactionLock}, id)`;
const raiseAttemptsMax = 10;

export interface OwnerRow {
  readonly id: number;
  readonly epoch: number;
  readonly next: number;
  readonly moves: number;
  readonly published: number;
  /** Highest sequence number in the outbox, or what was published when it is empty. */
  readonly last: number;
}

export interface Move {
  /** Which transaction of this partition it is. */
  readonly number: number;
  /** 'YYYY-MM-DD', UTC. */
  readonly today: string;
}

type Place = Pick<Claim, 'consumer' | 'topic' | 'partition'>;

export const fenced = ({ consumer, topic, partition, epoch }: Claim): Problem =>
  problem('fenced', { consumer, topic, partition, epoch });

/**
 * Makes `owner` the owner. The old one may stand still inside a transaction and hold the row: its session is ended first. It is found by
 * the advisory lock it took together with the row and not by a stored process number, which may be another session's by now.
 */
export async function raiseEpoch(database: Database, place: Place, owner: string): Promise<OwnerRow> {
  const id = await ownerId(database, place);
  for (let attempt = 1; ; attempt++) {
    await database.query({ name: 'owner-end-sessions', text: endSessionsText, values: [inTransactionLock, id] });
    try {
      return await database.transaction(
        async (tx) => {
          await tx.query({ name: 'owner-raise', text: raiseText, values: [id, owner] });
          return existing(await readRow(tx, place));
        },
        { lock_timeout: '500' },
      );
    } catch (thrown) {
      // The old owner came between with a new transaction; or its session takes a moment to end.
      if (!isLockTimeout(thrown) || attempt === raiseAttemptsMax) throw thrown;
    }
  }
}

/**
 * The fence, first statement of the partition transaction: moves the position if the epoch is still ours and the position is where the
 * stretch begins. Answers the number of this move and the day. Throws `fenced` or `conflict`.
 */
export async function moveNext(
  tx: Queryable,
  id: number,
  claim: Claim,
  stretch: Stretch,
  published: number,
): Promise<Move> {
  const { epoch } = claim;
  const [moved] = await tx.query<Move>({
    name: 'owner-move',
    text: `update partition_owner set next = $4, published = greatest(published, $5), moves = moves + 1
            where id = $1 and epoch = $2 and (next = $3 or next = -1)
            returning moves as number, current_date as today, ${showsSession}`,
    values: [id, epoch, stretch.from, stretch.next, published],
  });
  if (moved) return moved;
  const row = await readRow(tx, claim);
  if (row?.epoch !== epoch) throw fenced(claim);
  throw problem('conflict', { reason: 'the stored position is another', from: stretch.from, next: row.next });
}

/** Notes that the log has everything up to `published`. Throws `fenced`. */
export async function markPublished(tx: Queryable, id: number, claim: Claim, published: number): Promise<void> {
  const rows = await tx.query({
    name: 'owner-mark',
    text: `update partition_owner set published = greatest(published, $3) where id = $1 and epoch = $2 returning id, ${showsSession}`,
    values: [id, claim.epoch, published],
  });
  if (rows.length === 0) throw fenced(claim);
}

/** The row as it is after every transaction that still runs on it: waits for its lock. Throws `fenced` when the epoch is another. */
export async function readOwner(database: Database, claim: Claim): Promise<OwnerRow> {
  const row = await database.transaction(async (tx) => {
    await tx.query({ name: 'owner-wait', text: waitText, values: placeValues(claim) });
    return readRow(tx, claim);
  });
  if (row?.epoch !== claim.epoch) throw fenced(claim);
  return row;
}

const placeValues = ({ consumer, topic, partition }: Place): readonly unknown[] => [consumer, topic, partition];

/** Read first: an insert, even with `on conflict do nothing`, waits for whoever is updating the row, and he may stand still. */
async function ownerId(database: Database, place: Place): Promise<number> {
  const known = await readRow(database, place);
  if (known !== undefined) return known.id;
  await database.query({
    name: 'owner-insert',
    text: 'insert into partition_owner (consumer, topic, part) values ($1, $2, $3) on conflict do nothing',
    values: placeValues(place),
  });
  return existing(await readRow(database, place)).id;
}

async function readRow(tx: Queryable, place: Place): Promise<OwnerRow | undefined> {
  const [row] = await tx.query<OwnerRow>({ name: 'owner-read', text: readText, values: placeValues(place) });
  return row;
}

function existing(row: OwnerRow | undefined): OwnerRow {
  if (row === undefined) throw problem('internal', { reason: 'the row of a partition is gone' });
  return row;
}

const isLockTimeout = (thrown: unknown): boolean => thrown instanceof Problem && thrown.fields['sqlstate'] === '55P03';

const waitText = `select id, ${showsSession} from partition_owner where consumer = $1 and topic = $2 and part = $3 for share`;

const raiseText = `update partition_owner set epoch = epoch + 1, owner = $2, claimed_at = now() where id = $1 returning ${showsSession}`;

const readText = `
  select id, epoch, next, moves, published, greatest(published, (select max(seq) from outbox where outbox.owner = partition_owner.id)) as last
    from partition_owner where consumer = $1 and topic = $2 and part = $3`;

const endSessionsText = `
  select pg_terminate_backend(pid, 2000) from pg_locks
   where locktype = 'advisory' and classid = $1::int::oid and objid = $2::int::oid and objsubid = 2 and pid <> pg_backend_pid()
     and database = (select oid from pg_database where datname = current_database())`;
