import type { HistoryRow } from '@kruispunt/chain-engine';
import { historyRowOf, type HistoryRecord } from './chain-store-view.js';
import type { Queryable } from './statement.js';

/** Where a history row stands, and its hash: what is sealed. */
export interface Leaf {
  readonly id: string;
  readonly seq: number;
  /** Hexadecimal. */
  readonly hash: string;
}

export interface StoredSeal {
  readonly part: number;
  /** `YYYY-MM-DD`, in Brussels. */
  readonly day: string;
  readonly rows: number;
  readonly root: string;
  readonly prev: string | undefined;
}

/** A row with what stands before it now; undefined when nothing does. */
export interface LinkedRow {
  readonly id: string;
  readonly row: HistoryRow;
  readonly before: string | undefined;
}

/** The stretch of one civil day, as instants in ms. */
export interface DaySpan {
  readonly from: number;
  readonly until: number;
}

const leafBytes = 52;

/** Bytes of a leaf: instance, number and hash, so that each of the three is under the root. */
export function leafOf({ id, seq, hash }: Leaf): Buffer {
  const bytes = Buffer.alloc(leafBytes);
  bytes.write(id.replaceAll('-', ''), 0, 'hex');
  bytes.writeUInt32BE(seq, 16);
  bytes.write(hash, 20, 'hex');
  return bytes;
}

export function* leavesIn(bytes: Buffer): Generator<Leaf> {
  for (let at = 0; at < bytes.length; at += leafBytes) {
    const hex = bytes.toString('hex', at, at + 16);
    const id = [8, 12, 16, 20, 32].map((end, i) => hex.slice([0, 8, 12, 16, 20][i], end)).join('-');
    yield { id, seq: bytes.readUInt32BE(at + 16), hash: bytes.toString('hex', at + 20, at + leafBytes) };
  }
}

/** The history as evidence: read in order, sealed by day, compared with what was sealed. */
export class PostgresChainEvidence {
  /** The last sealed day of a partition. */
  async lastSeal(tx: Queryable, part: number): Promise<StoredSeal | undefined> {
    return (await this.seals(tx, part))[0];
  }

  /** Seals of a partition, the newest first. */
  async seals(tx: Queryable, part: number, from = '0001-01-01'): Promise<readonly StoredSeal[]> {
    const rows = await tx.query<{ day: string; rows: number; root: Buffer; prev: Buffer | null }>({
      name: 'chain-seals',
      text: 'select day, rows, root, prev from chain_seal where part = $1 and day >= $2 order by day desc',
      values: [part, from],
    });
    return rows.map(({ root, prev, ...seal }) => ({
      ...seal,
      part,
      root: root.toString('hex'),
      prev: prev?.toString('hex'),
    }));
  }

  async leaves(tx: Queryable, part: number, day: string): Promise<readonly Leaf[]> {
    const rows = await tx.query<{ leaves: Buffer }>({
      name: 'chain-seal-leaves',
      text: 'select leaves from chain_seal where part = $1 and day = $2',
      values: [part, day],
    });
    return rows.flatMap((row) => [...leavesIn(row.leaves)]);
  }

  async putSeal(tx: Queryable, seal: StoredSeal & { readonly leaves: Buffer; readonly at: number }): Promise<void> {
    await tx.query({
      name: 'chain-seal-put',
      text: 'insert into chain_seal (part, day, rows, root, prev, leaves, at) values ($1, $2, $3, $4, $5, $6, $7)',
      values: [
        seal.part,
        seal.day,
        seal.rows,
        Buffer.from(seal.root, 'hex'),
        seal.prev === undefined ? null : Buffer.from(seal.prev, 'hex'),
        seal.leaves,
        new Date(seal.at),
      ],
    });
  }

  /** The moment of the first row of a partition in a stretch, ms; undefined when it has none. */
  async firstAt(tx: Queryable, part: number, { from, until }: DaySpan): Promise<number | undefined> {
    const [row] = await tx.query<{ at: Date | null }>({
      name: 'chain-history-first',
      text: 'select min(at) as at from chain_history where part = $1 and at >= $2 and at < $3',
      values: [part, new Date(from), new Date(until)],
    });
    return row?.at?.getTime();
  }

  /** What is sealed of one day, a page at a time, in the order of instance and number. */
  async dayLeaves(
    tx: Queryable,
    part: number,
    { from, until }: DaySpan,
    page: { readonly after: Leaf | undefined; readonly limit: number },
  ): Promise<readonly Leaf[]> {
    const rows = await tx.query<{ id: string; seq: number; hash: Buffer }>({
      name: 'chain-history-leaves',
      text: `select id, seq, hash from chain_history where part = $1 and at >= $2 and at < $3 and (id, seq) > ($4::uuid, $5::int)
              order by id, seq limit $6`,
      values: [part, new Date(from), new Date(until), page.after?.id ?? nil, page.after?.seq ?? 0, page.limit],
    });
    return rows.map(({ hash, ...row }) => ({ ...row, hash: hash.toString('hex') }));
  }

  /** Rows from `from` (ms) on, each with the hash of the one before it, a page at a time. */
  async rows(
    tx: Queryable,
    part: number,
    from: number,
    page: { readonly after: Pick<Leaf, 'id' | 'seq'> | undefined; readonly limit: number },
  ): Promise<readonly LinkedRow[]> {
    const rows = await tx.query<HistoryRecord & { id: string; before: Buffer | null }>({
      name: 'chain-history-linked',
      text: `select h.id, h.seq, h.at, h.data, h.prev, h.hash, p.hash as before
               from chain_history h left join chain_history p on p.part = h.part and p.id = h.id and p.seq = h.seq - 1
              where h.part = $1 and h.at >= $2 and (h.id, h.seq) > ($3::uuid, $4::int) order by h.id, h.seq limit $5`,
      values: [part, new Date(from), page.after?.id ?? nil, page.after?.seq ?? 0, page.limit],
    });
    return rows.map(({ id, before, ...row }) => ({ id, row: historyRowOf(row), before: before?.toString('hex') }));
  }

  /** Instances whose head is not the hash of their last row: its end was cut or changed. */
  async loseHeads(tx: Queryable, part: number): Promise<readonly { readonly id: string; readonly seq: number }[]> {
    return tx.query<{ id: string; seq: number }>({
      name: 'chain-heads-lost',
      text: `select i.id, i.rev as seq from chain_instance i left join chain_history h on h.part = i.part and h.id = i.id and h.seq = i.rev
              where i.part = $1 and (h.hash is null or h.hash <> i.head) order by i.id`,
      values: [part],
    });
  }
}

const nil = '00000000-0000-0000-0000-000000000000';
