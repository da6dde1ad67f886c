import type { HistoryRow, Item, OpAct } from '@kruispunt/chain-engine';
import { uuid5 } from '@kruispunt/chain-engine';
import { nilInstance, type ChainOrder, type OrderItem, type PauseKind, type WaitingInput } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { toInstance } from './keten-in.js';
import { migrated, unmigrated } from './migrate-step.js';
import type { Facts, Step } from './order-step.js';
import { compensated, forked, republished, restarted } from './read-back.js';

/** Carries one item of an order over into inputs. Throws `conflict` with the reason in Dutch: then the item is refused. */
export function expand(order: ChainOrder, item: OrderItem, facts: Facts): Step {
  const act = (of: OpAct, more: Partial<Item> = {}): Item => ({
    instance: item.id,
    chain: '',
    input: { kind: 'op', id: order.id, by: order.mandate, act: of },
    ...more,
  });
  const { verb, args } = order;
  switch (verb) {
    case 'retry':
    case 'discard':
    case 'resolve':
    case 'edit':
      return atIncident(order, item, facts, act);
    case 'pause':
    case 'resume':
      return standStill(verb, args, item, act);
    case 'recorrelate': {
      if (!facts.parked) throw refused('deze gebeurtenis staat niet meer geparkeerd');
      const record = toInstance(facts.parked, { instance: item.id, chain: facts.parked.chain });
      return { item, items: [act({ verb, about: { event: args['event'] } })], records: [record] };
    }
    case 'fork':
      return { item, ...forked(item, args, facts, act, uuid5) };
    case 'restart':
      return { item, items: [act(restarted(historyOf(item, facts)))] };
    case 'compensate':
      return { item, items: [act({ ...compensated(historyOf(item, facts), String(args['node'])), ...thenOf(args) })] };
    case 'republish':
      return {
        item,
        items: [act({ verb, about: { from: args['from'], to: args['to'] } })],
        records: republished(historyOf(item, facts), args, facts, item.id),
      };
    case 'migrate':
      return { item, items: [act(migrated(order, item, facts))] };
    case 'unmigrate':
      return { item, items: [act(unmigrated(order, historyOf(item, facts), facts))] };
    case 'annotate':
      return { item, items: [act({ verb, about: { note: args['note'] } })] };
    default:
      return { item, items: [act({ ...args, verb, ...(item.target && { token: item.target }) } as unknown as OpAct)] };
  }
}

export const refused = (reason: string) => problem('conflict', { reason });

type Acting = (of: OpAct, more?: Partial<Item>) => Item;

function historyOf(item: OrderItem, facts: Facts): readonly HistoryRow[] {
  const rows = facts.histories.get(item.id) ?? [];
  if (rows.length === 0) throw refused('geen geschiedenis');
  return rows;
}

/** Verbs on the first open incident of an instance; what stands behind it goes on by itself afterwards. */
function atIncident({ id, verb, args }: ChainOrder, item: OrderItem, facts: Facts, act: Acting): Step {
  const head = facts.waiting.get(item.id)?.find((w) => !w.behind);
  if (!head && verb !== 'resolve') throw refused('geen open incident');
  const about = { ...(head && { incident: head.n, error: head.error }) };
  const again: Item[] = head ? [{ instance: item.id, chain: head.chain, input: head.input, incident: head.n }] : [];
  const close = (outcome: string) => (head ? { closes: { n: head.n, outcome } } : {});
  switch (verb) {
    case 'retry':
      return { item, items: [act({ verb, about }), ...again], unblocked: [item.id], ...close('applied') };
    case 'discard':
      return { item, items: [act({ verb, about })], ...close('discarded') };
    case 'edit': {
      if (head?.input.kind !== 'event') throw refused('alleen een gebeurtenis kan verbeterd worden');
      requireFit(facts, head, args['payload']);
      const event = uuid5(`edit/${id}`, item.id);
      const input = { ...head.input, id: event, source: 'urn:kruispunt:bediening', payload: args['payload'] };
      return {
        item,
        items: [
          act({ verb, about: { ...about, event: head.input.id, becomes: event } }),
          { instance: item.id, chain: head.chain, input },
        ],
        unblocked: [item.id],
        ...close('edited'),
      };
    }
    default:
      return { item, items: [act({ ...args, verb: 'resolve' } as unknown as OpAct)], ...close('resolved') };
  }
}

/** What an operator writes is held to the schema as strictly as what a publisher sends. */
function requireFit({ definitions }: Facts, { chain, input }: WaitingInput, payload: unknown): void {
  const type = input.kind === 'event' ? definitions.find((d) => d.name === chain)?.events[input.name] : undefined;
  const checked = type?.codec.check(payload);
  if (checked?.ok === false) throw refused(`past niet bij het schema: ${checked.at} ${checked.reason}`);
}

function standStill(verb: 'pause' | 'resume', args: ChainOrder['args'], item: OrderItem, act: Acting): Step {
  const whole = item.id === nilInstance;
  const kind = whole ? (args['kind'] as PauseKind) : 'instance';
  const key = whole ? textOf(args['key']) : item.id;
  return { item, items: whole ? [] : [act({ verb })], pauses: { kind, key, ends: verb === 'resume' } };
}

/** Where the instance goes on after its own undo steps, when the operator says so. */
const thenOf = ({ then }: ChainOrder['args']): { readonly then?: string } => (typeof then === 'string' ? { then } : {});

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
