import type { Circuit, DeskChange, Gap, HeldLane, Hold, LedgerItem } from '@kruispunt/delivery';
import { topicOf } from './scene.js';

/** A parked event; its error class is all that is kept of it here. `discarded` by a person: counted, and holding nobody. */
export interface Parked extends LedgerItem {
  readonly record: string;
  discarded: boolean;
  /** When a person discarded it. */
  discardedAt: number;
}

/** A row of held_key. `hold` undefined: the key is free, and only has a gap to tell of. */
interface StoredKey {
  readonly failures: number;
  readonly hold: (Omit<Hold, 'offset' | 'state'> & { readonly state: Hold['state'] | 'released' }) | undefined;
  readonly gap: readonly Gap[];
}

/** The rows of one subscription in one partition. */
export interface Row {
  next: number;
  behind: boolean;
  matched: number;
  delivered: number;
  suppressed: number;
  readonly keys: Map<string, StoredKey>;
  readonly held: Map<number, LedgerItem>;
  readonly parked: Map<number, Parked>;
}

export interface Change {
  readonly sub: string;
  readonly change: DeskChange<string>;
}

export interface Released {
  readonly sub: string;
  readonly key: string;
  /** What a person discarded in front of what follows. */
  readonly gap: readonly Gap[];
}

export interface Stored {
  readonly sub: string;
  readonly next: number;
  readonly behind: boolean;
  readonly circuit: Circuit | undefined;
  readonly lanes: readonly HeldLane[];
}

const newRow = (): Row => ({
  next: 0,
  behind: true,
  matched: 0,
  delivered: 0,
  suppressed: 0,
  keys: new Map(),
  held: new Map(),
  parked: new Map(),
});

/** What a take-over, a commit and an operator see of the database: each call is one transaction, at one instant. */
export class Database {
  readonly owners = new Map<string, { epoch: number; next: number }>();
  readonly states = new Map<string, 'active' | 'paused' | 'ended'>();
  readonly circuits = new Map<string, Circuit>();
  withdrawn = false;
  private readonly rows = new Map<string, Map<string, Row>>();
  private readonly commits = new Set<string>();
  private readonly subscriptions = new Map<string, readonly string[]>();

  constructor(
    private readonly topics: ReadonlyMap<string, ReadonlySet<string>>,
    private readonly committed: (place: string, epoch: number, changes: readonly Change[]) => void,
  ) {
    for (const sub of topics.keys()) this.states.set(sub, 'active');
  }

  row(sub: string, place: string): Row {
    const rows = this.rows.get(place) ?? new Map<string, Row>();
    this.rows.set(place, rows);
    const row = rows.get(sub) ?? newRow();
    rows.set(sub, row);
    return row;
  }

  /** The subscriptions that have a position in a place. */
  subscriptionsOf(place: string): readonly string[] {
    const known = this.subscriptions.get(place);
    if (known) return known;
    const found = [...this.topics].flatMap(([sub, topics]) => (topics.has(topicOf(place)) ? [sub] : []));
    this.subscriptions.set(place, found);
    return found;
  }

  /** Where a subscription stands: with nothing open it stands where the partition stands. */
  positionOf(sub: string, place: string): number {
    const { next, behind } = this.row(sub, place);
    return behind ? next : Math.max(next, this.owners.get(place)?.next ?? 0);
  }

  claim(place: string): { readonly epoch: number; readonly next: number } {
    const owner = this.owners.get(place) ?? { epoch: 0, next: -1 };
    owner.epoch += 1;
    this.owners.set(place, owner);
    return { ...owner };
  }

  /** The settled stretch of a partition, with what moved in it. `id` makes a repetition after a lost answer change nothing. */
  transact(
    place: string,
    taken: { readonly id: string; readonly epoch: number; readonly from: number; readonly next: number },
    changes: readonly Change[],
  ): 'done' | 'fenced' | 'conflict' {
    const owner = this.owners.get(place)!;
    if (owner.epoch !== taken.epoch) return 'fenced';
    if (this.commits.has(taken.id)) return 'done';
    if (owner.next !== -1 && owner.next !== taken.from) return 'conflict';
    this.commits.add(taken.id);
    owner.next = taken.next;
    for (const { sub, change } of changes) apply(this.row(sub, place), change);
    this.committed(place, taken.epoch, changes);
    return 'done';
  }

  load(place: string): readonly Stored[] {
    return this.subscriptionsOf(place)
      .filter((sub) => this.states.get(sub) !== 'ended')
      .map((sub) => {
        const row = this.row(sub, place);
        const lanes = [...row.keys].map(([key, { hold, ...stored }]): HeldLane => ({
          ...stored,
          key,
          // A released key is heard of by and by, like any other.
          hold: hold && { ...hold, state: hold.state === 'waiting' ? 'waiting' : 'parked' },
          events: [...row.held.values()].filter((e) => e.key === key).sort((a, b) => a.offset - b.offset),
        }));
        return { sub, next: row.next, behind: row.behind, circuit: this.circuits.get(sub), lanes };
      });
  }

  /** Keys that a person or a replay let go: each is heard of once, by the owner alone. */
  takeReleased(place: string, epoch: number): 'fenced' | readonly Released[] {
    if (this.owners.get(place)?.epoch !== epoch) return 'fenced';
    return this.subscriptionsOf(place).flatMap((sub) => {
      const { keys } = this.row(sub, place);
      const released = [];
      for (const [key, stored] of keys) if (stored.hold?.state === 'released') released.push({ key, ...stored });
      for (const { key, hold, ...stored } of released)
        keys.set(key, { ...stored, hold: hold && { ...hold, state: 'waiting' } });
      return released.map(({ key, gap }) => ({ sub, key, gap }));
    });
  }

  /** A parked event that a replay delivered, or that a person discarded; its key goes on when nothing else of it is parked. */
  leave(
    sub: string,
    { place, offset }: { readonly place: string; readonly offset: number },
    discardedAt?: number,
  ): void {
    const row = this.row(sub, place);
    const parked = row.parked.get(offset);
    if (!parked) return;
    if (discardedAt !== undefined) Object.assign(parked, { discarded: true, discardedAt });
    else if (row.parked.delete(offset)) row.delivered += 1;
    const stored = row.keys.get(parked.key);
    const other = [...row.parked.values()].some((p) => p.key === parked.key && !p.discarded);
    if (stored?.hold?.state !== 'parked' || other) return;
    const gap = [...row.parked.values()].filter(
      (p) => p.key === parked.key && p.discarded && p.discardedAt >= stored.hold!.since,
    );
    row.keys.set(parked.key, {
      ...stored,
      gap: [
        ...stored.gap,
        ...gap
          .filter((p) => !stored.gap.some((g) => g.offset === p.offset))
          .map(({ offset: at, eventId }) => ({ offset: at, eventId })),
      ].sort((a, b) => a.offset - b.offset),
      hold: { ...stored.hold, state: 'released', nextAt: 0 },
    });
  }
}

function apply(row: Row, { ledger, holds }: DeskChange<string>): void {
  row.next = ledger.next;
  row.behind = ledger.behind;
  row.matched += ledger.matched;
  row.delivered += ledger.delivered;
  for (const n of ledger.suppressed.values()) row.suppressed += n;
  for (const item of ledger.heldGone) row.held.delete(item.offset);
  for (const item of ledger.held) row.held.set(item.offset, item);
  for (const { attempts: _, ...item } of ledger.parked)
    row.parked.set(item.offset, { ...item, discarded: false, discardedAt: -1 });
  for (const key of holds.gone) row.keys.delete(key);
  for (const { key, failures, hold, gap } of holds.written) row.keys.set(key, { failures, hold, gap });
}
