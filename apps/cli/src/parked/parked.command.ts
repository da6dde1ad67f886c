import { Option, type Command } from 'commander';
import { leaf, whole, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';
import { factLines, tableLines } from '../table.js';
import { brussels } from '../time.js';

interface ParkedItem {
  readonly id: string;
  readonly subscription: string;
  readonly name: string;
  readonly organisation: string;
  readonly eventId: string;
  readonly source: string;
  readonly type: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly attempts: number;
  readonly group: string;
  readonly error: { readonly class: string; readonly reason: string };
  readonly parkedAt: string;
  readonly note: string | null;
  readonly copyKept: boolean;
}
interface Group {
  readonly group: string;
  readonly subscription: string;
  readonly name: string;
  readonly type: string;
  readonly error: ParkedItem['error'];
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
}
interface ListOptions {
  readonly subscription?: string;
  readonly group?: string;
  readonly type?: string;
  readonly limit?: number;
}

/** `kruispunt parked groups|list|show`: what needs a person. */
export function parkedCommands(parked: Command, tree: Tree): void {
  leaf(parked, tree, {
    usage: 'groups',
    about: { nl: 'geparkeerde gebeurtenissen per oorzaak', en: 'parked events by cause' },
    example: 'kruispunt parked groups',
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

async function groups(shell: Shell): Promise<void> {
  const answer = await shell.gateway('deliveryGateway').get<{ readonly groups: readonly Group[] }>('/v1/parked/groups');
  const rows = answer.groups.map((g) => [
    g.count,
    g.group,
    g.name,
    g.type,
    g.error.reason,
    brussels(Date.parse(g.firstAt)),
    brussels(Date.parse(g.lastAt)),
  ]);
  const first = answer.groups[0];
  shell.show({
    data: answer,
    list: answer.groups,
    lines: tableLines({ columns: ['n', 'group', 'subscription', 'type', 'error', 'first', 'last'], rows }),
    ...(first && {
      next: `kruispunt replay plan --subscription ${first.subscription} --intent failed --group ${first.group} --reason "…"`,
    }),
  });
}

async function list(
  shell: Shell,
  _: readonly string[],
  { subscription, group, type, limit }: ListOptions,
): Promise<void> {
  const answer = await shell.gateway('deliveryGateway').get<{ readonly items: readonly ParkedItem[] }>('/v1/parked', {
    subscription,
    group,
    type,
    ...(limit !== undefined && { limit: String(limit) }),
  });
  const rows = answer.items.map((p) => [
    brussels(Date.parse(p.parkedAt)),
    p.name,
    p.type,
    p.eventId,
    p.attempts,
    p.error.reason,
    p.group,
  ]);
  const first = answer.items[0];
  shell.show({
    data: answer,
    list: answer.items,
    lines: tableLines({ columns: ['parked', 'subscription', 'type', 'event', 'tries', 'error', 'group'], rows }),
    ...(first && { next: `kruispunt parked show ${first.id}` }),
  });
}

async function show(shell: Shell, [id]: readonly string[]): Promise<void> {
  const answer = await shell
    .gateway('deliveryGateway')
    .get<ParkedItem | { readonly kind: 'ParkedList'; readonly items: readonly ParkedItem[] }>(
      `/v1/parked/${encodeURIComponent(id!)}`,
    );
  const items = 'items' in answer ? answer.items : [answer];
  const lines = items.flatMap((p) => [
    p.eventId,
    ...factLines([
      ['id', p.id],
      [shell.say({ nl: 'abonnement', en: 'subscription' }), `${p.name} (${p.subscription})`],
      ['type', p.type],
      ['source', p.source],
      [shell.say({ nl: 'plaats', en: 'position' }), `${p.topic}/${p.partition}/${p.offset}`],
      [shell.say({ nl: 'fout', en: 'error' }), `${p.error.class}: ${p.error.reason}`],
      [shell.say({ nl: 'pogingen', en: 'tries' }), p.attempts],
      [shell.say({ nl: 'sinds', en: 'since' }), brussels(Date.parse(p.parkedAt))],
      [shell.say({ nl: 'kopie bewaard', en: 'copy kept' }), p.copyKept],
      [shell.say({ nl: 'nota', en: 'note' }), p.note],
    ]),
  ]);
  const first = items[0]!;
  shell.show({
    data: answer,
    list: items,
    lines,
    next: `kruispunt replay plan --subscription ${first.subscription} --intent failed --event ${first.eventId} --reason "…"`,
  });
}
