import { exits, type Exit } from '../failure.js';
import type { Shell, Shown } from '../shell.js';
import { tableLines, type Cell } from '../table.js';
import type { Flow, Look } from './look.js';

/** One screen: who is furthest behind. */
const subscriptionsMax = 30;

/** One look as a screen: what runs, what flows, whether the books balance, what needs a person. */
export function screenOf(shell: Shell, look: Look): Shown {
  const { parts, flow, parked } = look;
  const processes = parts.map((p) => [p.name, p.ready ? '✔' : '✘', p.detail]);
  return {
    data: look,
    lines: [
      ...tableLines({ columns: ['process', 'ready', 'detail'], rows: processes }),
      '',
      ...tableLines({ columns: ['fact', 'value'], rows: factsOf(shell, look) }),
      balanceOf(shell, flow),
      ...subscriptionLines(flow),
    ],
    next: (parked ?? 0) > 0 ? 'kruispunt parked groups' : 'kruispunt event tail',
    exit: exitOf(look),
  };
}

function factsOf(shell: Shell, { flow, accepted, acceptedPerS, activeReplays }: Look): (readonly [string, Cell])[] {
  const { oldestUndeliveredS, ...total } = flow?.total ?? {};
  return [
    [shell.say({ nl: 'aangenomen', en: 'accepted' }), accepted],
    [shell.say({ nl: 'aangenomen/s', en: 'accepted/s' }), acceptedPerS],
    [shell.say({ nl: 'oudste niet afgeleverde (s)', en: 'oldest undelivered (s)' }), tenth(oldestUndeliveredS)],
    ['circuits', circuitsOf(flow)],
    [shell.say({ nl: 'lopende heraflevering', en: 'active replays' }), activeReplays],
    ...Object.entries(total),
  ];
}

/** I5 in words: a difference is a broken promise, whatever else is well. */
function balanceOf(shell: Shell, flow: Flow | null): string {
  if (flow === null) return shell.say({ nl: 'de boeken zijn niet te lezen', en: 'the books cannot be read' });
  const difference = flow.total['difference'] ?? 0;
  return difference === 0
    ? shell.say({ nl: '✔ 0 verschil: de boeken kloppen', en: '✔ 0 difference: the books balance' })
    : shell.say({
        nl: `✘ ${difference} verschil: gebeurtenissen zijn zoek of dubbel geteld — bel de wacht`,
        en: `✘ difference of ${difference}: events are lost or counted twice — call the duty`,
      });
}

/** One look as a sentence, for who hears the screen and for logs. */
export function sentenceOf(shell: Shell, look: Look): string {
  const { parts, flow, parked, acceptedPerS } = look;
  const total = flow?.total ?? {};
  const up = parts.filter((p) => p.ready).length;
  const number = (value: number | null | undefined) =>
    value == null ? shell.say({ nl: 'onbekend', en: 'unknown' }) : tenth(value);
  const facts = [
    shell.say({ nl: `${up} van ${parts.length} processen klaar`, en: `${up} of ${parts.length} processes ready` }),
    `${shell.say({ nl: 'aangenomen', en: 'accepted' })} ${number(acceptedPerS)} ${shell.say({ nl: 'per seconde', en: 'per second' })}`,
    `${shell.say({ nl: 'oudste niet afgeleverde', en: 'oldest undelivered' })} ${number(total['oldestUndeliveredS'])} ${shell.say({ nl: 'seconden', en: 'seconds' })}`,
    `${shell.say({ nl: 'achterstand', en: 'backlog' })} ${number(total['backlog'])}`,
    `${shell.say({ nl: 'geparkeerd', en: 'parked' })} ${number(parked)}`,
    `circuits ${circuitsOf(flow) ?? number(undefined)}`,
    `${number(total['difference'])} ${shell.say({ nl: 'verschil', en: 'difference' })}.`,
  ];
  return facts.join('; ');
}

const tenth = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.round(value * 10) / 10;

/** `3 closed, 1 open`: those there are. */
function circuitsOf(flow: Flow | null): string | undefined {
  const there = Object.entries(flow?.circuits ?? {}).filter(([, n]) => n > 0);
  return there.length === 0 ? undefined : there.map(([kind, n]) => `${n} ${kind}`).join(', ');
}

/** Per subscription what waits and how old it is, the furthest behind first. */
function subscriptionLines(flow: Flow | null): readonly string[] {
  if (flow === null || flow.subscriptions.length === 0) return [];
  const rows = [...flow.subscriptions].sort((a, b) => b.lagS - a.lagS).slice(0, subscriptionsMax);
  const columns = [
    'name',
    'state',
    'circuit',
    'delivered',
    'suppressed',
    'held',
    'parked',
    'backlog',
    'lagS',
    'difference',
  ];
  const cells = rows.map((row) => columns.map((name) => cellOf(name === 'circuit' ? row.circuit.kind : row[name])));
  return ['', ...tableLines({ columns, rows: cells })];
}

const cellOf = (value: unknown): Cell =>
  typeof value === 'number' ? tenth(value) : typeof value === 'string' ? value : null;

const exitOf = ({ parts, flow }: Look): Exit => {
  if (!parts.some((p) => p.ready)) return exits.unreachable;
  return parts.every((p) => p.ready) && (flow?.total['difference'] ?? 0) === 0 ? exits.ok : exits.partial;
};
