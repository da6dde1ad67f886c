import type { Glance, Mandate } from '@kruispunt/chain-engine';
import { jsonText } from './chain-row.js';
import type { Queryable } from './statement.js';

/** What an order touches: instances by id, those a query finds, a group of incidents, running terms, or every partition. */
export type OrderScope =
  | { readonly kind: 'instances'; readonly ids: readonly string[] }
  | {
      readonly kind: 'query';
      readonly chain?: string;
      readonly state?: string;
      readonly gemeente?: string;
      readonly node?: string;
    }
  | { readonly kind: 'fingerprint'; readonly fingerprint: string }
  | {
      readonly kind: 'terms';
      readonly rule: string;
      readonly version?: string;
      readonly chain?: string;
      readonly gemeente?: string;
      readonly state?: 'running' | 'suspended';
      readonly dueFrom?: string;
      readonly dueTo?: string;
    }
  | { readonly kind: 'partitions'; readonly parts: readonly number[] }
  /** Open instances pinned to a definition (hexadecimal), at most `limit`; and what another order has done. */
  | { readonly kind: 'pinned'; readonly definition: string; readonly limit?: number }
  | { readonly kind: 'order'; readonly op: string };

export interface ChainOrder {
  readonly id: string;
  readonly verb: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly scope: OrderScope;
  readonly mandate: Mandate;
  readonly digest: string;
  readonly state: 'PROPOSED' | 'RUNNING' | 'DONE' | 'REJECTED';
  readonly items: number;
  readonly asked: Date;
  readonly second: string | null;
  readonly decided: Date | null;
  readonly done: Date | null;
}

export interface OrderItem {
  readonly part: number;
  readonly id: string;
  readonly target: string;
  readonly state: 'WAITING' | 'DONE' | 'REFUSED' | 'FAILED';
  readonly because: string | null;
  readonly before: Glance | null;
  readonly after: Glance | null;
}

export const nilInstance = '00000000-0000-0000-0000-000000000000';

const columns = 'id, verb, args, scope, mandate, digest, state, items, asked, second, decided, done';

/** Orders of operators and their items: asked by the desk, carried out by the owners of partitions. */
export class PostgresChainOrders {
  constructor(private readonly database: Queryable) {}

  /** Freezes what the scope finds now; answers how many. The order itself must be written in the same transaction. */
  async freeze(tx: Queryable, op: string, scope: OrderScope): Promise<number> {
    const [found] = await tx.query<{ count: number }>(freezing(op, scope));
    return found?.count ?? 0;
  }

  async put(tx: Queryable, order: Omit<ChainOrder, 'second' | 'decided' | 'done'>): Promise<void> {
    await tx.query({
      name: 'chain-op-put',
      text: `insert into chain_op (id, verb, args, scope, mandate, digest, state, items, asked)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      values: [
        order.id,
        order.verb,
        jsonText(order.args),
        jsonText(order.scope),
        jsonText(order.mandate),
        order.digest,
        order.state,
        order.items,
        order.asked,
      ],
    });
  }

  /** Keeps everybody else who asks under this id waiting until this transaction has ended. */
  async reserve(tx: Queryable, id: string): Promise<void> {
    await tx.query({
      name: 'chain-op-reserve',
      text: 'select pg_advisory_xact_lock(hashtextextended($1, 19281))',
      values: [id],
    });
  }

  async find(id: string, tx: Queryable = this.database): Promise<ChainOrder | undefined> {
    const rows = await tx.query<ChainOrder>({
      name: 'chain-op-find',
      text: `select ${columns} from chain_op where id = $1`,
      values: [id],
    });
    return rows[0];
  }

  /** The last asked first. */
  async list(limit: number, verb?: string): Promise<readonly ChainOrder[]> {
    return this.database.query<ChainOrder>({
      name: 'chain-op-list',
      text: `select ${columns} from chain_op where ($2::text is null or verb = $2) order by asked desc limit $1`,
      values: [limit, verb ?? null],
    });
  }

  /** A second person's word on a proposed order of this digest; false when it is no longer proposed, or another. */
  async decide(
    id: string,
    word: { readonly state: 'RUNNING' | 'REJECTED'; readonly digest: string; readonly by: string; readonly at: number },
  ): Promise<boolean> {
    const rows = await this.database.query({
      name: 'chain-op-decide',
      text: `update chain_op set state = $2, second = $4, decided = $5, mandate = mandate || jsonb_build_object('second', $4::text)
              where id = $1 and state = 'PROPOSED' and digest = $3 returning id`,
      values: [id, word.state, word.digest, word.by, new Date(word.at)],
    });
    return rows.length === 1;
  }

  async counts(id: string): Promise<Readonly<Record<string, number>>> {
    const rows = await this.database.query<{ state: string; count: number }>({
      name: 'chain-op-counts',
      text: 'select state, count(*) from chain_op_item where op = $1 group by state',
      values: [id],
    });
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  }

  async items(tx: Queryable, id: string, limit: number, state?: string): Promise<readonly OrderItem[]> {
    return tx.query<OrderItem>({
      name: 'chain-op-items',
      text: `select part, id, target, state, because, before, after from chain_op_item
              where op = $1 and ($3::text is null or state = $3) order by part, id, target limit $2`,
      values: [id, limit, state ?? null],
    });
  }

  /** The chains of what an order touches. */
  async chains(tx: Queryable, id: string): Promise<readonly string[]> {
    const rows = await tx.query<{ chain: string }>({
      name: 'chain-op-chains',
      text: `select distinct i.chain from chain_op_item o join chain_instance i on i.part = o.part and i.id = o.id where o.op = $1`,
      values: [id],
    });
    return rows.map((row) => row.chain);
  }

  /** Orders that are being carried out. Those whose last item was settled are closed on the way. */
  async running(at: number): Promise<readonly ChainOrder[]> {
    const rows = await this.database.query<ChainOrder>({
      name: 'chain-op-running',
      text: `select ${columns} from chain_op where state = 'RUNNING'`,
    });
    if (rows.length === 0) return rows;
    const closed = await this.database.query<{ id: string }>({
      name: 'chain-op-close',
      text: `update chain_op o set state = 'DONE', done = $1 where state = 'RUNNING'
                and not exists (select 1 from chain_op_item i where i.op = o.id and i.state = 'WAITING') returning id`,
      values: [new Date(at)],
    });
    return rows.filter((row) => !closed.some((c) => c.id === row.id));
  }

  /** What of an order waits in one partition. */
  async todo(tx: Queryable, part: number, op: string, limit: number): Promise<readonly OrderItem[]> {
    return tx.query<OrderItem>({
      name: 'chain-op-todo',
      text: `select part, id, target, state, because, before, after from chain_op_item
              where op = $1 and part = $2 and state = 'WAITING' order by id limit $3`,
      values: [op, part, limit],
    });
  }

  /** Writes how items ended, in the transaction that did it. */
  async settle(tx: Queryable, op: string, items: readonly OrderItem[], at: number): Promise<void> {
    if (items.length === 0) return;
    await tx.query({
      name: 'chain-op-settle',
      text: `update chain_op_item i set state = n.state, because = n.because, before = n.before, after = n.after, at = $8
               from unnest($2::smallint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $9::jsonb[])
                    as n (part, id, target, state, because, before, after)
              where i.op = $1 and i.part = n.part and i.id = n.id and i.target = n.target`,
      values: [
        op,
        items.map((i) => i.part),
        items.map((i) => i.id),
        items.map((i) => i.target),
        items.map((i) => i.state),
        items.map((i) => i.because),
        items.map((i) => (i.before === null ? null : jsonText(i.before))),
        new Date(at),
        items.map((i) => (i.after === null ? null : jsonText(i.after))),
      ],
    });
  }
}

/** Every key begins with the partition: naming them all lets the index answer. */
const everyPart = 'array(select generate_series(0, 95)::smallint)';

/** One statement per kind of scope, so that its plan is one and its index is used. */
function freezing(op: string, scope: OrderScope) {
  const insert = (name: string, select: string, values: readonly unknown[]) => ({
    name: `chain-op-freeze-${name}`,
    text: `with frozen as (insert into chain_op_item (op, part, id, target) ${select} returning 1) select count(*) from frozen`,
    values: [op, ...values],
  });
  switch (scope.kind) {
    case 'instances':
      return insert(
        'ids',
        `select $1::uuid, part, id, '' from chain_instance where part = any(${everyPart}) and id = any($2::uuid[])
         union select $1::uuid, part, id, '' from chain_incident where part = any(${everyPart}) and id = any($2::uuid[]) and closed is null`,
        [scope.ids],
      );
    case 'query':
      return insert(
        'query',
        `select $1, part, id, '' from chain_instance
          where ($2::text is null or chain = $2) and ($3::text is null or toestand = $3 or status = $3) and ($4::text is null or gemeente = $4)
            and ($5::text is null or exists (select 1 from jsonb_each(work->'tokens') t where t.value->>'node' = $5))`,
        [scope.chain ?? null, scope.state ?? null, scope.gemeente ?? null, scope.node ?? null],
      );
    case 'fingerprint':
      return insert(
        'fingerprint',
        `select distinct $1::uuid, part, id, '' from chain_incident where fingerprint = $2 and closed is null and not behind and id is not null`,
        [Buffer.from(scope.fingerprint, 'hex')],
      );
    case 'terms':
      return insert(
        'terms',
        `select $1, t.part, t.id, t.token from chain_term t
          where t.rule = $2 and t.state in ('running', 'suspended') and ($3::text is null or t.version = $3) and ($4::text is null or t.state = $4)
            and ($5::date is null or t.due >= $5) and ($6::date is null or t.due <= $6)
            and (($7::text is null and $8::text is null) or exists (select 1 from chain_instance i where i.part = t.part and i.id = t.id
                 and ($7::text is null or i.chain = $7) and ($8::text is null or i.gemeente = $8)))`,
        [
          scope.rule,
          scope.version ?? null,
          scope.state ?? null,
          scope.dueFrom ?? null,
          scope.dueTo ?? null,
          scope.chain ?? null,
          scope.gemeente ?? null,
        ],
      );
    case 'partitions':
      return insert('partitions', `select $1::uuid, part, $3::uuid, '' from unnest($2::smallint[]) as p (part)`, [
        scope.parts,
        nilInstance,
      ]);
    case 'pinned':
      return insert(
        'pinned',
        `select $1::uuid, part, id, '' from chain_instance where status = 'OPEN' and definition = $2 order by part, id limit $3`,
        [Buffer.from(scope.definition, 'hex'), scope.limit ?? null],
      );
    case 'order':
      return insert(
        'order',
        `select $1::uuid, part, id, target from chain_op_item where op = $2 and state = 'DONE' and id <> $3`,
        [scope.op, nilInstance],
      );
    default:
      return scope satisfies never;
  }
}
