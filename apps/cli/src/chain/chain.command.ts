import { Option, type Command } from 'commander';
import { CliFailure, exits } from '../failure.js';
import { leaf, whole, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';
import { factLines, tableLines } from '../table.js';
import { brussels } from '../time.js';
import { diagramCommand } from './diagram.command.js';
import { lookCommands } from './look.command.js';
import { migrateCommands } from './migrate.command.js';
import { operateCommands } from './operate.command.js';
import { orderCommands } from './order.command.js';
import { verifyCommand } from './verify.command.js';

interface Summary {
  readonly id: string;
  readonly chain: string;
  readonly version: number;
  readonly dossier: string;
  readonly gemeente: string | null;
  readonly status: string;
  readonly state: string;
  readonly startedAt: string;
  readonly updatedAt: string;
}
interface Instance extends Summary {
  readonly waitsFor: readonly { readonly node: string; readonly events: readonly string[] }[];
  readonly terms: readonly { readonly rule: string; readonly state: string; readonly due: string | null }[];
  readonly tasks: readonly {
    readonly name: string;
    readonly role: string;
    readonly reason: string;
    readonly dueOn: string | null;
  }[];
  readonly history: readonly {
    readonly seq: number;
    readonly at: string;
    readonly input: string;
    readonly verdict: string;
    readonly state: string;
    readonly published: readonly { readonly type: string }[];
  }[];
}
interface ListOptions {
  readonly chain?: string;
  readonly state?: string;
  readonly limit?: number;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `kruispunt chain list|show`: what runs, where it stands, what it waits for. */
export function chainCommands(chain: Command, tree: Tree): void {
  leaf<ListOptions>(chain, tree, {
    usage: 'list',
    about: {
      nl: 'lopende en gesloten ketens, de laatst gewijzigde eerst',
      en: 'running and closed chains, the last changed first',
    },
    example: 'kruispunt chain list --state Ingeschreven',
    options: [
      new Option('--chain <name>', 'van deze keten / of this chain'),
      new Option('--state <state>', 'in deze toestand / in this state'),
      new Option('--limit <n>', 'hoogstens zoveel / at most so many').argParser(whole),
    ],
    act: list,
  });
  leaf(chain, tree, {
    usage: 'show <id>',
    about: { nl: 'een keten: toestand, termijnen, geschiedenis', en: 'a chain: state, terms, history' },
    example: 'kruispunt chain show VH-2026-000123',
    act: show,
  });
  diagramCommand(chain, tree);
  lookCommands(chain, tree);
  operateCommands(chain, tree);
  orderCommands(chain, tree);
  verifyCommand(chain, tree);
  migrateCommands(chain, tree);
}

async function list(shell: Shell, _: readonly string[], { chain, state, limit }: ListOptions): Promise<void> {
  const answer = await shell
    .gateway('chainIntegrator')
    .get<{ readonly instances: readonly Summary[] }>('/v1/instances', {
      chain,
      state,
      ...(limit !== undefined && { limit: String(limit) }),
    });
  shell.show(summaries(answer.instances));
}

const summaries = (instances: readonly Summary[]) => ({
  data: { kind: 'ChainInstanceList', apiVersion: 'kruispunt/v1', instances },
  list: instances,
  lines: tableLines({
    columns: ['id', 'chain', 'dossier', 'municipality', 'state', 'status', 'changed'],
    rows: instances.map((i) => [
      i.id,
      `${i.chain}@${i.version}`,
      i.dossier,
      i.gemeente,
      i.state,
      i.status,
      brussels(Date.parse(i.updatedAt)),
    ]),
  }),
  ...(instances[0] && { next: `kruispunt chain show ${instances[0].id}` }),
});

/** By the id of the instance, or by its dossier; a dossier with several shows the list. */
async function show(shell: Shell, [id]: readonly string[]): Promise<void> {
  const gateway = shell.gateway('chainIntegrator');
  let wanted = id!;
  if (!uuid.test(wanted)) {
    const { instances } = await gateway.get<{ readonly instances: readonly Summary[] }>('/v1/instances', {
      dossier: wanted,
    });
    if (instances.length === 0)
      throw new CliFailure(exits.notFound, { nl: `geen keten met dossier ${id}`, en: `no chain with dossier ${id}` });
    if (instances.length > 1) return shell.show(summaries(instances));
    wanted = instances[0]!.id;
  }
  const i = await gateway.get<Instance>(`/v1/instances/${encodeURIComponent(wanted)}`);
  const waits = i.waitsFor.map(({ node, events }) => `${node} (${events.join(', ')})`).join(' · ');
  const history = i.history.map((h) => [
    h.seq,
    brussels(Date.parse(h.at)),
    h.input,
    h.verdict,
    h.state,
    h.published.map((p) => p.type).join(' '),
  ]);
  shell.show({
    data: i,
    lines: [
      `${i.chain}@${i.version}  ${i.dossier}  ${i.state} (${i.status})`,
      ...factLines([
        ['id', i.id],
        [shell.say({ nl: 'gemeente', en: 'municipality' }), i.gemeente],
        [shell.say({ nl: 'gestart', en: 'started' }), brussels(Date.parse(i.startedAt))],
        [shell.say({ nl: 'wacht op', en: 'waits for' }), waits],
        [
          shell.say({ nl: 'termijnen', en: 'terms' }),
          i.terms.map((t) => `${t.rule} ${t.state}${t.due === null ? '' : ` → ${t.due}`}`).join(' · '),
        ],
        [shell.say({ nl: 'taken', en: 'tasks' }), i.tasks.map((t) => `${t.name} (${t.role}): ${t.reason}`).join(' · ')],
      ]),
      ...tableLines({ columns: ['n', 'at', 'input', 'verdict', 'state', 'published'], rows: history }),
    ],
    next: 'kruispunt chain list',
  });
}
