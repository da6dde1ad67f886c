import type { EventLog, LogRecord } from '@kruispunt/event';
import { PartitionStore, type Claim, type Statement, type Stretch, type Tx } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';

interface Partition {
  epoch: number;
  next: number;
  readonly seen: Set<string>;
  readonly outbox: LogRecord[];
}

/** What all processes share: give the same one to several stores, and each store is a process of its own. */
export class InMemoryPartitions {
  readonly partitions = new Map<string, Partition>();
  /** The statements of committed transactions, in order of commit. */
  readonly committed: Statement[] = [];
}

/**
 * The partition transaction without a database. It cannot run SQL: `answer` says which rows a statement gives (none, when left out), and
 * the statements of committed transactions stand in `partitions.committed`.
 */
export class InMemoryPartitionStore extends PartitionStore {
  constructor(
    private readonly log: EventLog,
    private readonly partitions = new InMemoryPartitions(),
    private readonly answer: (statement: Statement) => object[] = () => [],
  ) {
    super();
  }

  async claim(consumer: string, topic: string, partition: number, owner: string): Promise<Claim> {
    void owner;
    const place = `${consumer}\n${topic}\n${partition}`;
    const state = this.partitions.partitions.get(place) ?? { epoch: 0, next: -1, seen: new Set(), outbox: [] };
    this.partitions.partitions.set(place, state);
    state.epoch += 1;
    const claim = { consumer, topic, partition, epoch: state.epoch, next: state.next };
    await this.publishOutbox(claim);
    return claim;
  }

  protected async inTurn<T>(claim: Claim, stretch: Stretch, work: (tx: Tx) => Promise<T>): Promise<T> {
    const state = this.owned(claim);
    if (state.next !== -1 && state.next !== stretch.from) {
      throw problem('conflict', { reason: 'the stored position is another', from: stretch.from, next: state.next });
    }
    const ids = stretch.eventIds ?? [];
    const freshAt = ids.map((id, at) => !state.seen.has(id) && ids.indexOf(id) === at);
    const statements: Statement[] = [];
    const records: LogRecord[] = [];
    const result = await work({
      query: <Row extends object>(statement: Statement) => {
        statements.push(statement);
        return Promise.resolve(this.answer(statement) as Row[]);
      },
      fresh: new Set(ids.filter((_, at) => freshAt[at])),
      freshAt,
      publish: (more) => void records.push(...more),
    });
    this.owned(claim);
    state.next = stretch.next;
    for (const id of ids) state.seen.add(id);
    state.outbox.push(...records);
    this.partitions.committed.push(...statements);
    return result;
  }

  async publishOutbox(claim: Claim): Promise<number> {
    const { outbox } = this.owned(claim);
    const page = [...outbox];
    if (page.length > 0) await this.log.append(page);
    outbox.splice(0, page.length);
    return page.length;
  }

  private owned({ consumer, topic, partition, epoch }: Claim): Partition {
    const state = this.partitions.partitions.get(`${consumer}\n${topic}\n${partition}`);
    if (state?.epoch !== epoch) throw problem('fenced', { consumer, topic, partition, epoch });
    return state;
  }
}
