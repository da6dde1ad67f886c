import { exits } from '../failure.js';
import type { Shell, Shown } from '../shell.js';
import { factLines, tableLines } from '../table.js';

interface Glance {
  readonly toestand: string;
  readonly tokens: Readonly<Record<string, string>>;
  readonly terms: Readonly<Record<string, string>>;
  readonly tasks: Readonly<Record<string, string>>;
}

/** An order as the chain integrator answers it. */
export interface OrderAnswer {
  readonly id: string;
  readonly verb: string;
  readonly state: string;
  readonly items: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly digest: string;
  readonly actor: string;
  readonly role: string;
  readonly reason: string;
  readonly basis: string | null;
  readonly second: string | null;
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

/** An order with what it did, or would do, before and after. Exit 5 when a part of it was refused or failed, 1 when all of it was. */
export function showOrder(shell: Shell, order: OrderAnswer, noun = 'chain'): Shown {
  const { counts } = order;
  const wrong = order.sample.filter((s) => s.state === 'REFUSED' || s.state === 'FAILED').length;
  const refused = (counts['REFUSED'] ?? 0) + (counts['FAILED'] ?? 0) + (order.dryRun === true ? wrong : 0);
  const right = (counts['DONE'] ?? 0) + (order.dryRun === true ? order.sample.length - wrong : 0);
  const state = order.dryRun === true ? shell.say({ nl: 'proefdraai', en: 'dry run' }) : order.state;
  return {
    data: order,
    list: order.sample,
    lines: [
      `${order.verb}  ${state}  ${order.id}`,
      ...factLines([
        [shell.say({ nl: 'raakt', en: 'touches' }), order.items],
        [
          shell.say({ nl: 'stand', en: 'standing' }),
          Object.entries(counts)
            .map(([name, n]) => `${name} ${n}`)
            .join(' · '),
        ],
        [
          shell.say({ nl: 'door', en: 'by' }),
          `${order.actor} (${order.role})${order.second === null ? '' : ` + ${order.second}`}`,
        ],
        [shell.say({ nl: 'reden', en: 'reason' }), order.reason],
        [shell.say({ nl: 'rechtsgrond', en: 'legal basis' }), order.basis],
      ]),
      ...tableLines({
        columns: ['instance', 'result', 'before', 'after'],
        rows: order.sample.map((s) => [
          s.instance,
          s.because === null ? s.state : `${s.state}: ${s.because}`,
          brief(s.before, s.token),
          brief(s.after, s.token),
        ]),
      }),
    ],
    ...nextOf(order, noun),
    exit: refused === 0 ? exits.ok : right === 0 ? exits.failed : exits.partial,
  };
}

function nextOf({ id, state, dryRun }: OrderAnswer, noun: string): { readonly next?: string } {
  if (dryRun === true) return {};
  if (state === 'PROPOSED') return { next: `kruispunt ${noun} approve ${id} --reason "…"   (door een collega)` };
  return {
    next:
      state === 'RUNNING' ? `kruispunt ${noun} ${noun === 'chain' ? 'order' : 'show'} ${id}` : 'kruispunt chain list',
  };
}

function brief(glance: Glance | null, token: string | null): string {
  if (glance === null) return '';
  if (token !== null && glance.terms[token] !== undefined) return glance.terms[token];
  const facts = [glance.tokens, glance.terms, glance.tasks].flatMap((of) =>
    Object.entries(of).map(([name, is]) => `${name}:${is}`),
  );
  return [glance.toestand, ...facts].join(' ');
}
