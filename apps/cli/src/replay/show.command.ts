import { once } from 'node:events';
import { Option, type Command } from 'commander';
import { exits } from '../failure.js';
import { leaf, whole, type Tree } from '../leaf.js';
import type { Shell, Shown } from '../shell.js';
import { tableLines } from '../table.js';
import { showPlan, showRun } from './describe-replay.js';
import type { ItemAnswer, PlanAnswer, RunAnswer, VerificationAnswer } from './replay-answers.js';
import { watchRun } from './watch-run.js';

interface ShowOptions {
  readonly items?: boolean;
  readonly state?: string;
  readonly limit?: number;
}
interface ListOptions {
  readonly active?: boolean;
  readonly mine?: boolean;
  readonly since?: string;
}

/** `kruispunt replay show|watch|verify|report|list`: everything that only looks. */
export function showCommands(replay: Command, tree: Tree): void {
  leaf<ShowOptions>(replay, tree, {
    usage: 'show <id>',
    about: { nl: 'toont een plan of een run, of de items ervan', en: 'shows a plan or a run, or its items' },
    example: 'kruispunt replay show R-9QX2M7AB --items --state failed',
    options: [
      new Option('--items', 'de items / the items'),
      new Option('--state <states>', 'alleen deze toestanden, met komma / only these states, by comma'),
      new Option('--limit <n>', 'hoogstens zoveel / at most so many').argParser(whole).default(500),
    ],
    act: show,
  });
  leaf(replay, tree, {
    usage: 'watch <run>',
    about: { nl: 'volgt een run; Ctrl-C koppelt los', en: 'follows a run; Ctrl-C detaches' },
    example: 'kruispunt replay watch R-9QX2M7AB',
    act: async (shell, [id]) => shell.show(showRun(shell, await watchRun(shell, id!))),
  });
  leaf(replay, tree, {
    usage: 'verify <run>',
    about: {
      nl: 'toetst elk item aan het auditspoor en de posities',
      en: 'checks each item against the audit trail and the positions',
    },
    example: 'kruispunt replay verify R-9QX2M7AB',
    act: verify,
  });
  leaf(replay, tree, {
    usage: 'report <run>',
    forms: ['json', 'csv', 'md'],
    about: { nl: 'het verslag: per item voor en na', en: 'the report: per item before and after' },
    example: 'kruispunt replay report R-9QX2M7AB -o md > verslag.md',
    act: report,
  });
  leaf<ListOptions>(replay, tree, {
    usage: 'list',
    about: { nl: 'plannen en runs, de nieuwste eerst', en: 'plans and runs, the newest first' },
    example: 'kruispunt replay list --active',
    options: [
      new Option('--active', 'alleen wat loopt of stilstaat / only what runs or stands still'),
      new Option('--mine', 'alleen eigen / only own'),
      new Option('--since <time>', 'sinds / since'),
    ],
    act: list,
  });
}

async function show(shell: Shell, [id]: readonly string[], options: ShowOptions): Promise<void> {
  const path = `/v1/replays/${encodeURIComponent(id!)}`;
  if (options.items !== true && options.state === undefined) {
    const answer = await shell.gateway('deliveryGateway').get<PlanAnswer | RunAnswer>(path);
    return shell.show({
      ...(answer.kind === 'ReplayRun' ? showRun(shell, answer) : showPlan(shell, answer)),
      exit: exits.ok,
    });
  }
  const items: ItemAnswer[] = [];
  const wanted = options.limit ?? 500;
  for (let after: number | null = 0; after !== null && items.length < wanted;) {
    const page: { readonly items: readonly ItemAnswer[]; readonly next: number | null } = await shell
      .gateway('deliveryGateway')
      .get(`${path}/items`, {
        state: options.state,
        after: String(after),
        limit: String(Math.min(500, wanted - items.length)),
      });
    items.push(...page.items);
    after = page.next;
  }
  const rows = items.map((i) => [
    i.n,
    i.eventId,
    i.type,
    `${i.topic}/${i.partition}/${i.offset}`,
    i.before,
    i.state,
    i.reason,
  ]);
  shell.show({
    data: { kind: 'ReplayItemList', apiVersion: 'kruispunt/v1', items },
    list: items,
    lines: tableLines({ columns: ['n', 'event', 'type', 'position', 'before', 'state', 'reason'], rows }),
    next: `kruispunt replay show ${id}`,
  });
}

/** A run of two million items is verified in minutes, not in seconds. */
const verifyS = 1_800;

/** Whether it holds, how many are what, and what disagrees: every item stands in the report. */
async function verify(shell: Shell, [id]: readonly string[]): Promise<void> {
  const answer = await shell
    .gateway('deliveryGateway', verifyS)
    .get<VerificationAnswer>(`/v1/replays/${encodeURIComponent(id!)}/verify`, { items: 'faults' });
  shell.show(verified(shell, answer));
}

function verified(shell: Shell, v: VerificationAnswer): Shown {
  const faults = v.items;
  const result = v.ok
    ? shell.say({
        nl: 'elk item klopt met het auditspoor en de posities',
        en: 'every item agrees with the audit trail and the positions',
      })
    : shell.say({
        nl: `${v.faults} items kloppen niet; ${v.outsideCount} auditlijnen buiten het plan`,
        en: `${v.faults} items disagree; ${v.outsideCount} audit lines outside the plan`,
      });
  const counts = `${v.delivered} ok · ${v.failed} ${shell.say({ nl: 'fout', en: 'failed' })} · ${v.skipped} ${shell.say({ nl: 'overgeslagen', en: 'left out' })}`;
  const table =
    faults.length === 0
      ? []
      : tableLines({
          columns: ['n', 'event', 'before', 'state', 'after', 'fault'],
          rows: faults.map((i) => [i.n, i.id, i.before, i.state, i.after, i.fault]),
        });
  return {
    data: v,
    list: v.items,
    lines: [`${v.ok ? '✔' : '✘'} ${v.run}: ${result}`, `  ${counts}`, ...table],
    next: `kruispunt replay report ${v.run} -o md`,
    exit: v.ok ? exits.ok : exits.failed,
  };
}

const newline = 0x0a;

/** The report goes out as the gateway made it, piece by piece: it is a file, not a view. */
async function report(shell: Shell, [id]: readonly string[]): Promise<void> {
  const format = shell.options.output ?? 'md';
  const path = `/v1/replays/${encodeURIComponent(id!)}/report`;
  let last: number | undefined;
  for await (const piece of shell.gateway('deliveryGateway', verifyS).pieces(path, { query: { format } })) {
    if (!shell.world.stdout.write(piece)) await once(shell.world.stdout, 'drain');
    last = piece.at(-1) ?? last;
  }
  if (last !== newline) shell.world.stdout.write('\n');
}

async function list(shell: Shell, _: readonly string[], options: ListOptions): Promise<void> {
  const since = shell.time('--since', options.since);
  const answer = await shell
    .gateway('deliveryGateway')
    .get<{ readonly runs: readonly RunAnswer[]; readonly plans: readonly PlanAnswer[] }>('/v1/replays', {
      ...(options.active === true && { active: 'true' }),
      ...(options.mine === true && { mine: 'true' }),
      ...(since !== undefined && { since: new Date(since).toISOString() }),
    });
  const started = new Set(answer.runs.map((run) => run.plan));
  const rows = [
    ...answer.runs.map((r) => [
      r.id,
      r.state,
      r.subscription,
      r.items.total,
      r.items.delivered,
      r.items.failed,
      r.startedBy,
      r.startedAt,
    ]),
    ...answer.plans
      .filter((p) => !started.has(p.id))
      .map((p) => [p.id, p.state, p.subscription, p.summary.queued, 0, 0, p.requestedBy, p.createdAt]),
  ];
  shell.show({
    data: answer,
    list: [...answer.runs, ...answer.plans],
    lines: tableLines({ columns: ['id', 'state', 'subscription', 'items', 'ok', 'failed', 'by', 'at'], rows }),
    next: answer.runs[0] ? `kruispunt replay show ${answer.runs[0].id}` : 'kruispunt parked list',
  });
}
