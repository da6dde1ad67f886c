import { Option, type Command } from 'commander';
import { leaf, whole, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';
import { factLines, tableLines } from '../table.js';
import { brussels } from '../time.js';
import type { ParkedGroup, ParkedItem } from './parked-answers.js';

interface ListOptions {
  readonly subscription?: string;
  readonly group?: string;
  readonly type?: string;
  readonly discarded?: boolean;
  readonly limit?: number;
}

const at = (text: string): string => brussels(Date.parse(text));

/** `kruispunt parked groups|list|show`: what needs a person. */
export function lookCommands(parked: Command, tree: Tree): void {
  leaf<{ readonly by?: string }>(parked, tree, {
    usage: 'groups',
    about: { nl: 'geparkeerde gebeurtenissen per oorzaak', en: 'parked events by cause' },
    example: 'kruispunt parked groups --by key',
    options: [
      new Option('--by <what>', 'waarop gegroepeerd / by what')
        .choices(['reason', 'type', 'subscription', 'key'])
        .default('reason'),
    ],
    act: groups,
  });
  leaf<ListOptions>(parked, tree, {
    usage: 'list',
    about: { nl: 'geparkeerde gebeurtenissen, de nieuwste eerst', en: 'parked events, the newest first' },
    example: 'kruispunt parked list --limit 20',
    options: [
      new Option('--subscription <id>', 'van dit abonnement / of this subscription'),
      new Option('--group <fingerprint>', 'van deze groep / of this group'),
      new Option('--type <type>', 'van dit type / of this type'),
      new Option('--discarded', 'wat weggelegd is en nog terug kan / what was discarded and can still come back'),
      new Option('--limit <n>', 'hoogstens zoveel / at most so many').argParser(whole),
    ],
    act: list,
  });
  leaf(parked, tree, {
    usage: 'show <id>',
    about: { nl: 'een geparkeerde gebeurtenis en haar fout', en: 'a parked event and its error' },
    example: 'kruispunt parked show 018f7c1e-6d2a-7c44-9b1e-1f0a2b3c4d5e',
    act: show,
  });
}

async function groups(shell: Shell, _: readonly string[], { by }: { readonly by?: string }): Promise<void> {
  const answer = await shell
    .gateway('deliveryGateway')
    .get<{ readonly groups: readonly ParkedGroup[] }>('/v1/parked/groups', { by });
  const rows = answer.groups.map((g) => [
    g.count,
    g.group,
    g.name ?? (g.subscriptions > 1 ? `(${g.subscriptions})` : null),
    g.type,
    g.error?.reason,
    at(g.firstAt),
    at(g.lastAt),
    g.assignee,
    g.note,
  ]);
  const first = answer.groups[0];
  shell.show({
    data: answer,
    list: answer.groups,
    lines: tableLines({
      columns: ['n', 'group', 'subscription', 'type', 'error', 'first', 'last', 'assignee', 'note'],
      rows,
    }),
    ...(first && by === 'reason' && { next: `kruispunt parked retry ${first.group} --reason "…"` }),
  });
}

async function list(
  shell: Shell,
  _: readonly string[],
  { subscription, group, type, discarded, limit }: ListOptions,
): Promise<void> {
  const answer = await shell.gateway('deliveryGateway').get<{ readonly items: readonly ParkedItem[] }>('/v1/parked', {
    subscription,
    group,
    type,
    ...(discarded === true && { discarded: 'true' }),
    ...(limit !== undefined && { limit: String(limit) }),
  });
  const rows = answer.items.map((p) => [
    at(p.parkedAt),
    p.name,
    p.type,
    p.eventId,
    p.attempts,
    p.error.reason,
    p.group,
  ]);
  const first = answer.items[0];
  const next = discarded === true ? 'kruispunt parked restore' : 'kruispunt parked show';
  shell.show({
    data: answer,
    list: answer.items,
    lines: tableLines({ columns: ['parked', 'subscription', 'type', 'event', 'tries', 'error', 'group'], rows }),
    ...(first && { next: `${next} ${first.id}${discarded === true ? ' --reason "…"' : ''}` }),
  });
}

async function show(shell: Shell, [id]: readonly string[]): Promise<void> {
  const answer = await shell
    .gateway('deliveryGateway')
    .get<ParkedItem | { readonly kind: 'ParkedList'; readonly items: readonly ParkedItem[] }>(
      `/v1/parked/${encodeURIComponent(id!)}`,
    );
  const items = 'items' in answer ? answer.items : [answer];
  const lines = items.flatMap((p) => [p.eventId, ...factLines(factsOf(shell, p))]);
  const first = items[0]!;
  shell.show({
    data: answer,
    list: items,
    lines,
    next: `kruispunt replay plan --subscription ${first.subscription} --intent failed --event ${first.eventId} --reason "…"`,
  });
}

const factsOf = (shell: Shell, p: ParkedItem): Parameters<typeof factLines>[0] => [
  ['id', p.id],
  [shell.say({ nl: 'abonnement', en: 'subscription' }), `${p.name} (${p.subscription})`],
  ['type', p.type],
  ['source', p.source],
  [shell.say({ nl: 'plaats', en: 'position' }), `${p.topic}/${p.partition}/${p.offset}`],
  [shell.say({ nl: 'fout', en: 'error' }), `${p.error.class}: ${p.error.reason}`],
  [shell.say({ nl: 'groep', en: 'group' }), p.group],
  [shell.say({ nl: 'pogingen', en: 'tries' }), p.attempts],
  [shell.say({ nl: 'sinds', en: 'since' }), at(p.parkedAt)],
  [shell.say({ nl: 'kopie bewaard', en: 'copy kept' }), p.copyKept],
  [shell.say({ nl: 'nota', en: 'note' }), p.note],
  [shell.say({ nl: 'wie', en: 'who' }), p.assignee],
  ...(typeof p.discardedUntil === 'string'
    ? ([
        [
          shell.say({ nl: 'weggelegd', en: 'discarded' }),
          `${p.discardedBy ?? '?'} · ${p.discardReason ?? ''} · ${shell.say({ nl: 'terug te halen tot', en: 'restorable until' })} ${at(p.discardedUntil)}`,
        ],
      ] as const)
    : []),
];
