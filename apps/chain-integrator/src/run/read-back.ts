import {
  definitionFor,
  fold,
  transition,
  type ChainState,
  type HistoryRow,
  type Item,
  type OpAct,
} from '@kruispunt/chain-engine';
import type { LogRecord } from '@kruispunt/event';
import { partitionOfKey } from '@kruispunt/kafka';
import type { OrderItem } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import type { Facts, Step } from './order-step.js';
import { publicationRecord } from './publication-record.js';

const refused = (reason: string) => problem('conflict', { reason });

/** More tries than any number of partitions needs to find an id that lies in one of them. */
const triesMax = 10_000;

/** A fork lies in the partition of its origin, so that one transaction writes both. Its id is found by counting. */
export function forked(
  item: OrderItem,
  args: Readonly<Record<string, unknown>>,
  facts: Facts,
  act: (of: OpAct, more?: Partial<Item>) => Item,
  uuid5: (name: string, within: string) => string,
): Omit<Step, 'item'> {
  const rows = (facts.histories.get(item.id) ?? []).slice(0, Number(args['seq']));
  const last = rows.at(-1);
  if (last?.seq !== Number(args['seq'])) throw refused('zo ver gaat de geschiedenis niet');
  const state = foldOf(rows, facts, item.id);
  if (state.status === 'ENDED') throw refused('daar is de keten al afgesloten');
  const fork = act({ verb: 'fork', as: '', from: { instance: item.id, seq: last.seq, head: last.hash }, state });
  const orderId = fork.input.kind === 'op' ? fork.input.id : '';
  for (let n = 0; n < triesMax; n += 1) {
    const as = uuid5(`fork/${orderId}/${n}`, item.id);
    if (partitionOfKey(as, facts.partitions) !== facts.part) continue;
    const from = { instance: item.id, seq: last.seq, head: last.hash };
    return {
      items: [
        act({ verb: 'annotate', about: { forked: as, seq: last.seq } }),
        act({ verb: 'fork', as, from, state }, { instance: as, chain: state.chain }),
      ],
      shows: as,
    };
  }
  throw refused('geen plaats gevonden');
}

/** The state after these rows, under the definition the instance is pinned to. */
function foldOf(rows: readonly HistoryRow[], facts: Facts, instance: string): ChainState {
  const found = facts.definitions.flatMap((definition) => {
    try {
      const state = fold(definition, rows);
      return state?.id === instance && state.head === rows.at(-1)?.hash ? [state] : [];
    } catch {
      return [];
    }
  });
  if (!found[0]) throw refused('geen definitie in deze versie geeft deze geschiedenis');
  return found[0];
}

/** The event an instance started from. */
export function restarted(rows: readonly HistoryRow[]): OpAct {
  const first = rows[0]?.input;
  if (first?.kind !== 'event') throw refused('een afsplitsing begint niet opnieuw; splits opnieuw af');
  return { verb: 'restart', payload: first.payload };
}

/** What the instance told from the first time it stood at `node`, the latest first. */
export function compensated(rows: readonly HistoryRow[], node: string): OpAct {
  const from = rows.findIndex((row) => row.to.includes(node));
  if (from === -1) throw refused(`heeft nooit in ${node} gestaan`);
  const told = rows.slice(from).flatMap((row) => row.published);
  const events = told.filter((p) => !p.type.startsWith('be.vlaanderen.keten.')).map((p) => p.id);
  return { verb: 'compensate', node, events: events.reverse() };
}

/** What was published by rows `from` to `to`, byte for byte under the same ids: whoever has seen it drops it. */
export function republished(
  rows: readonly HistoryRow[],
  args: Readonly<Record<string, unknown>>,
  facts: Facts,
  instance: string,
): readonly LogRecord[] {
  const [from, to] = [Number(args['from'] ?? 1), Number(args['to'] ?? rows.length)];
  const end = foldOf(rows, facts, instance);
  const definition = definitionFor(facts.definitions, end, { chain: end.chain });
  const records: LogRecord[] = [];
  let state: ChainState | undefined;
  for (const row of rows) {
    const step = transition(definition, state, row.input, row.at);
    state = step?.state ?? state;
    if (row.seq < from || row.seq > to) continue;
    for (const effect of step?.effects ?? []) {
      if (effect.kind !== 'publish') continue;
      records.push(publicationRecord(effect.publication, { chain: end.chain, instance, now: row.at }, facts.schemaIds));
    }
  }
  if (records.length === 0) throw refused('in dit bereik is niets gepubliceerd');
  return records;
}
