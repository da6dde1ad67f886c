import type { Glance } from '@kruispunt/chain-engine';
import type { ChainOrder, OrderItem } from '@kruispunt/postgres';

/** An order as people and scripts see it. */
export interface OrderView {
  readonly kind: 'ChainOrder';
  readonly id: string;
  readonly verb: string;
  readonly state: ChainOrder['state'];
  readonly items: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly digest: string;
  readonly args: unknown;
  readonly scope: unknown;
  readonly actor: string;
  readonly role: string;
  readonly reason: string;
  readonly basis: string | null;
  readonly second: string | null;
  readonly askedAt: string;
  readonly doneAt: string | null;
  readonly dryRun?: boolean;
  readonly sample: readonly {
    readonly instance: string;
    readonly token: string | null;
    readonly state: string;
    readonly because: string | null;
    readonly before: Glance | null;
    readonly after: Glance | null;
  }[];
}

export const orderView = (
  order: ChainOrder,
  counts: Readonly<Record<string, number>>,
  sample: readonly OrderItem[],
): OrderView => ({
  kind: 'ChainOrder',
  id: order.id,
  verb: order.verb,
  state: order.state,
  items: order.items,
  counts,
  digest: order.digest,
  args: order.args,
  scope: order.scope,
  actor: order.mandate.actor,
  role: order.mandate.role,
  reason: order.mandate.reason,
  basis: order.mandate.basis ?? null,
  second: order.second,
  askedAt: order.asked.toISOString(),
  doneAt: order.done?.toISOString() ?? null,
  sample: sample.map(({ id, target, state, because, before, after }) => ({
    instance: id,
    token: target === '' ? null : target,
    state,
    because,
    before,
    after,
  })),
});
