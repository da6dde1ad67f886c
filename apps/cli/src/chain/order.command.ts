import type { Command } from 'commander';
import { leaf, reasonOption, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';
import { tableLines } from '../table.js';
import { brussels } from '../time.js';
import { showOrder, type OrderAnswer } from './show-order.js';

interface OrderLine {
  readonly id: string;
  readonly verb: string;
  readonly state: string;
  readonly items: number;
  readonly actor: string;
  readonly reason: string;
  readonly askedAt: string;
}

/** `kruispunt chain orders|order|approve|reject`: what was asked, how far it is, and the second person's word. */
export function orderCommands(chain: Command, tree: Tree): void {
  leaf(chain, tree, {
    usage: 'orders',
    about: { nl: 'de laatste opdrachten', en: 'the last orders' },
    example: 'kruispunt chain orders',
    act: list,
  });
  leaf(chain, tree, {
    usage: 'order <id>',
    about: { nl: 'een opdracht: hoe ver, voor en na', en: 'an order: how far, before and after' },
    example: 'kruispunt chain order 3e2d1c0b-1a29-4837-8655-443322110099',
    act: async (shell, [id]) => shell.show(showOrder(shell, await orderOf(shell, id!))),
  });
  for (const [word, about] of [
    ['approve', { nl: 'keurt een opdracht goed, als tweede persoon', en: 'approves an order, as the second person' }],
    ['reject', { nl: 'keurt een opdracht af', en: 'rejects an order' }],
  ] as const) {
    leaf<{ readonly reason: string }>(chain, tree, {
      usage: `${word} <id>`,
      about,
      example: `kruispunt chain ${word} 3e2d1c0b-1a29-4837-8655-443322110099 --reason "nagekeken met de gemeente"`,
      options: [reasonOption()],
      act: (shell, [id], { reason }) => decideOrder(shell, id!, { word, reason }),
    });
  }
}

const orderOf = (shell: Shell, id: string): Promise<OrderAnswer> =>
  shell.gateway('chainIntegrator').get<OrderAnswer>(`/v1/ops/${encodeURIComponent(id)}`);

/** The second person's word, bound to the digest as it is now. */
async function decideOrder(
  shell: Shell,
  id: string,
  { word, reason }: { readonly word: 'approve' | 'reject'; readonly reason: string },
): Promise<void> {
  const { digest } = await orderOf(shell, id);
  const decided = await shell
    .gateway('chainIntegrator')
    .post<OrderAnswer>(`/v1/ops/${encodeURIComponent(id)}/${word}`, { digest, reason });
  shell.show(showOrder(shell, decided));
}

async function list(shell: Shell): Promise<void> {
  const { orders } = await shell.gateway('chainIntegrator').get<{ readonly orders: readonly OrderLine[] }>('/v1/ops');
  shell.show({
    data: { kind: 'ChainOrderList', apiVersion: 'kruispunt/v1', orders },
    list: orders,
    lines: tableLines({
      columns: ['id', 'verb', 'state', 'items', 'by', 'asked', 'reason'],
      rows: orders.map((o) => [o.id, o.verb, o.state, o.items, o.actor, brussels(Date.parse(o.askedAt)), o.reason]),
    }),
    ...(orders[0] && { next: `kruispunt chain order ${orders[0].id}` }),
  });
}
