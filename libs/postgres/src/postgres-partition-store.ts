import assert from 'node:assert';
import { Problem, problem } from '@kruispunt/problem';
import type { EventLog, LogRecord } from '@kruispunt/event';
import type { Database } from './database.js';
import { admit, keepInbox } from './inbox.js';
import { Outbox } from './outbox.js';
import { fenced, markPublished, moveNext, raiseEpoch, readOwner, type Move, type OwnerRow } from './partition-owner.js';
import { PartitionStore, placeOf, type Claim, type Stretch, type Tx } from './partition-store.js';
import type { Queryable } from './statement.js';

/** `enable_seqscan`: on small or fresh tables the planner reads the whole table where the key is meant, and keeps that plan. */
const hotPath = { enable_seqscan: 'off' };

/** What a process knows about a partition it claimed. A cache: the database decides, by the epoch. */
interface Held {
  readonly claim: Claim;
  readonly id: number;
  readonly outbox: Outbox;
  /** A commit got no answer: before anything else the row must be read again. */
  unsure: boolean;
  publishing: Promise<unknown>;
}

/**
 * A partition is *claimed* (its epoch is ours), then *moves* by transactions, until it is *fenced* (another has a higher epoch) — and
 * then nothing of ours is written any more, whenever we wake up. A transaction whose commit got no answer leaves it *unsure*: its row
 * is read again, under its lock, before the next step.
 *
 * Statements of one transaction: fence (epoch, position, what is published) → inbox → the work's own → outbox → commit; the deletion of
 * published outbox rows rides along. The log gets the records after the commit, from memory.
 */
export class PostgresPartitionStore extends PartitionStore {
  private readonly held = new Map<string, Held>();
  /** The day of the last housekeeping; an owner of many days does it once a day. */
  private inboxKeptOn = '';

  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
  ) {
    super();
  }

  async claim(consumer: string, topic: string, partition: number, owner: string): Promise<Claim> {
    this.inboxKeptOn = await keepInbox(this.database);
    const row = await raiseEpoch(this.database, { consumer, topic, partition }, owner);
    const claim: Claim = { consumer, topic, partition, epoch: row.epoch, next: row.next };
    const held = this.hold(claim, row);
    // The second time nothing is left, and the mark is set: another claim of this partition does not send the same again.
    if ((await this.publish(held)) > 0) await this.publish(held);
    return claim;
  }

  /** Notes for good what the log has, so that the next owner does not publish it again. Faults are left: then it does, with the same ids. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.held.values()].map((held) =>
        this.publish(held)
          .then((count) => (count > 0 ? this.publish(held) : count))
          .catch(() => 0),
      ),
    );
  }

  protected async inTurn<T>(claim: Claim, stretch: Stretch, work: (tx: Tx) => Promise<T>): Promise<T> {
    assert(stretch.next >= stretch.from, 'a stretch ends where it begins, or later');
    const held = await this.sure(claim);
    if (held.outbox.mustDrain) await this.publish(held);
    held.outbox.requireRoom();
    const attempt: Attempt<T> = { records: [], published: held.outbox.publishedTo };
    try {
      await this.database.transaction((tx) => this.steps(tx, held, stretch, work, attempt), hotPath);
    } catch (thrown) {
      await this.settleFailure(held, attempt, thrown);
      return finished(attempt);
    }
    held.outbox.committed(attempt.records, attempt.published);
    await this.newDay(attempt);
    return finished(attempt);
  }

  async publishOutbox(claim: Claim): Promise<number> {
    return this.publish(await this.sure(claim));
  }

  /** What runs between begin and commit. `attempt.done` is set last: without it, no commit was sent. */
  private async steps<T>(
    tx: Queryable,
    held: Held,
    stretch: Stretch,
    work: (tx: Tx) => Promise<T>,
    attempt: Attempt<T>,
  ): Promise<void> {
    const { records, published } = attempt;
    const move = await moveNext(tx, held.id, held.claim, stretch, published);
    if (held.outbox.hasUnmarked) await held.outbox.deletePublished(tx, published);
    const admission = await admit(tx, held.id, stretch.eventIds ?? []);
    const result = await work({
      query: (statement) => tx.query(statement),
      ...admission,
      publish: (more) => void records.push(...more),
    });
    await held.outbox.insert(tx, records);
    attempt.done = { move, result };
  }

  /** What was committed stays committed, whatever becomes of the housekeeping: the next transaction tries it again. */
  private async newDay({ done }: Attempt<unknown>): Promise<void> {
    if (done === undefined || done.move.today === this.inboxKeptOn) return;
    this.inboxKeptOn = await keepInbox(this.database).catch(() => this.inboxKeptOn);
  }

  /** Returns when the transaction turns out to be committed after all; else throws what is right to throw. */
  private async settleFailure(held: Held, attempt: Attempt<unknown>, thrown: unknown): Promise<void> {
    if (!(thrown instanceof Problem)) throw thrown;
    if (thrown.slug === 'fenced') this.forget(held);
    if (thrown.fields['statement'] === 'inbox-admit' && thrown.fields['sqlstate'] === '23514') {
      await keepInbox(this.database);
      throw problem('store-unavailable', { reason: 'the inbox had no partition for this day; it has now' }, thrown);
    }
    if (thrown.slug !== 'store-unavailable' || attempt.done === undefined) throw thrown;
    held.unsure = true;
    const row = await readOwner(this.database, held.claim).catch(() => undefined);
    if (row === undefined) throw thrown;
    this.hold(held.claim, row);
    if (row.moves !== attempt.done.move.number) throw thrown;
  }

  /** What we know of this claim; read again when we know nothing or are unsure. Throws `fenced`. */
  private async sure(claim: Claim): Promise<Held> {
    const held = this.held.get(placeOf(claim));
    if (held !== undefined && held.claim.epoch > claim.epoch) throw fenced(claim);
    if (held?.claim.epoch === claim.epoch && !held.unsure) return held;
    return this.hold(claim, await readOwner(this.database, claim));
  }

  private hold(claim: Claim, row: OwnerRow): Held {
    const known = this.held.get(placeOf(claim));
    const held: Held =
      known?.claim.epoch === claim.epoch
        ? known
        : { claim, id: row.id, outbox: new Outbox(row.id, this.log), unsure: false, publishing: Promise.resolve() };
    held.unsure = false;
    held.outbox.reload(row.published, row.last);
    this.held.set(placeOf(claim), held);
    return held;
  }

  private forget({ claim }: Held): void {
    if (this.held.get(placeOf(claim))?.claim.epoch === claim.epoch) this.held.delete(placeOf(claim));
  }

  private publish(held: Held): Promise<number> {
    const turn = held.publishing.then(async () => {
      const count = await held.outbox.publish(this.database);
      if (count === 0 && held.outbox.hasUnmarked) await this.mark(held);
      return count;
    });
    held.publishing = turn.catch(() => undefined);
    return turn;
  }

  private async mark({ id, claim, outbox }: Held): Promise<void> {
    const upTo = outbox.publishedTo;
    await this.database.transaction(async (tx) => {
      await markPublished(tx, id, claim, upTo);
      await outbox.deletePublished(tx, upTo);
    }, hotPath);
    outbox.wasMarked(upTo);
  }
}

interface Attempt<T> {
  readonly records: LogRecord[];
  /** What the log has when the transaction begins. */
  readonly published: number;
  done?: { readonly move: Move; readonly result: T };
}

function finished<T>({ done }: Attempt<T>): T {
  assert(done, 'a committed transaction has a result');
  return done.result;
}
