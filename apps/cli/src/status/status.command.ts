import { setTimeout as sleep } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import { exits, type Exit } from '../failure.js';
import { leaf, type Tree } from '../leaf.js';
import type { Service, Shell, Shown } from '../shell.js';
import { tableLines, type Cell } from '../table.js';

const watched: readonly Service[] = ['publishGateway', 'deliveryGateway', 'chainIntegrator', 'bevolking'];
const watchMs = 2_000;
/** One screen: who is furthest behind. */
const linesMax = 30;

interface Part {
  readonly name: string;
  readonly ready: boolean;
  readonly detail: string;
}
interface Flow {
  readonly subscriptions: readonly {
    readonly id: string;
    readonly name: string;
    readonly backlog: number;
    readonly lagS: number;
    readonly circuit: { readonly kind: string };
    readonly [fact: string]: unknown;
  }[];
  readonly total: Readonly<
    Record<'matched' | 'delivered' | 'suppressed' | 'held' | 'parked' | 'difference' | 'backlog', number>
  >;
}

/** `kruispunt status`: one screen. What runs, what flows, what needs a person. */
export const statusCommand = (program: Command, tree: Tree): void =>
  leaf<{ readonly watch?: boolean }>(program, tree, {
    usage: 'status',
    about: { nl: 'wat loopt, wat stroomt, wat een mens nodig heeft', en: 'what runs, what flows, what needs a person' },
    example: 'kruispunt status --watch',
    options: [new Option('--watch', 'blijf kijken / keep looking')],
    act: status,
  });

async function status(shell: Shell, _: readonly string[], { watch }: { readonly watch?: boolean }): Promise<void> {
  const { stdout, interrupted } = shell.world;
  for (;;) {
    const shown = await look(shell);
    if (watch === true && stdout.isTTY === true && shell.form === 'table') stdout.write('\u001b[2J\u001b[H');
    shell.show(watch === true ? { ...shown, exit: exits.ok } : shown);
    if (watch !== true) return;
    await sleep(watchMs, undefined, { signal: interrupted }).catch(() => undefined);
    if (interrupted.aborted) {
      shell.exit = exits.interrupted;
      return;
    }
  }
}

async function look(shell: Shell): Promise<Shown> {
  const parts = await Promise.all(
    watched
      .filter((service) => shell.context[service] !== undefined || service !== 'bevolking')
      .map((service) => ready(shell, service)),
  );
  const [flow, parked, replays] = await Promise.all([
    quietly(() => shell.gateway('deliveryGateway').get<Flow>('/v1/flow')),
    quietly(() =>
      shell
        .gateway('deliveryGateway')
        .get<{ readonly groups: readonly { readonly count: number }[] }>('/v1/parked/groups'),
    ),
    quietly(() =>
      shell.gateway('deliveryGateway').get<{ readonly runs: readonly unknown[] }>('/v1/replays', { active: 'true' }),
    ),
  ]);
  const parkedCount = parked?.groups.reduce((sum, group) => sum + group.count, 0);
  const data = {
    kind: 'Status',
    apiVersion: 'kruispunt/v1',
    parts,
    flow: flow ?? null,
    parked: parkedCount ?? null,
    activeReplays: replays?.runs.length ?? null,
  };
  const facts: (readonly [string, Cell])[] = [
    [shell.say({ nl: 'lopende heraflevering', en: 'active replays' }), replays?.runs.length],
    ...Object.entries(flow?.total ?? {}),
  ];
  return {
    data,
    lines: [
      ...tableLines({
        columns: ['process', 'ready', 'detail'],
        rows: parts.map((p) => [p.name, p.ready ? '✔' : '✘', p.detail]),
      }),
      '',
      ...tableLines({ columns: ['fact', 'value'], rows: facts }),
      ...subscriptionLines(flow),
    ],
    next: (parkedCount ?? 0) > 0 ? 'kruispunt parked groups' : 'kruispunt event tail',
    exit: exitOf(parts),
  };
}

/** Per subscription what waits and how old it is, the furthest behind first. */
function subscriptionLines(flow: Flow | undefined): readonly string[] {
  if (flow === undefined || flow.subscriptions.length === 0) return [];
  const rows = [...flow.subscriptions].sort((a, b) => b.lagS - a.lagS).slice(0, linesMax);
  const columns = ['name', 'state', 'circuit', 'delivered', 'suppressed', 'held', 'parked', 'backlog', 'lagS'];
  return [
    '',
    ...tableLines({
      columns,
      rows: rows.map((row) => columns.map((name) => cellOf(name === 'circuit' ? row.circuit.kind : row[name]))),
    }),
  ];
}

const cellOf = (value: unknown): Cell =>
  typeof value === 'number' ? Math.round(value * 10) / 10 : typeof value === 'string' ? value : null;

const exitOf = (parts: readonly Part[]): Exit =>
  parts.every((p) => p.ready) ? exits.ok : parts.some((p) => p.ready) ? exits.partial : exits.unreachable;

async function ready(shell: Shell, service: Service): Promise<Part> {
  const url = shell.context[service];
  if (url === undefined)
    return { name: service, ready: false, detail: shell.say({ nl: 'niet in de context', en: 'not in the context' }) };
  try {
    const answer = await fetch(`${url.replace(/\/+$/, '')}/health/ready`, { signal: AbortSignal.timeout(3_000) });
    return { name: service, ready: answer.ok, detail: answer.ok ? url : `${url} · ${answer.status}` };
  } catch {
    return {
      name: service,
      ready: false,
      detail: `${url} · ${shell.say({ nl: 'niet te bereiken', en: 'cannot be reached' })}`,
    };
  }
}

/** A fact that cannot be had is not shown; the table of processes says why. */
async function quietly<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}
