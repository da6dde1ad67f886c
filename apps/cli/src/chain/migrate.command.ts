import { Option, type Command } from 'commander';
import { exits } from '../failure.js';
import { leaf, reasonOption, whole, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';
import { factLines, tableLines } from '../table.js';
import { showOrder, type OrderAnswer } from './show-order.js';

interface Version {
  readonly chain: string;
  readonly version: number | null;
  readonly definition: string;
  readonly newest: boolean;
  readonly valid: { readonly from: string | null; readonly until: string | null };
  readonly open: number;
  readonly ended: number;
}
interface Plan {
  readonly plan: string;
  readonly chain: string;
  readonly from: number;
  readonly to: number;
  readonly hash: string;
  readonly places: Readonly<Record<string, string>>;
  readonly terms: Readonly<Record<string, string>>;
  readonly findings: readonly string[];
  readonly waiting: number;
}
interface DryRun {
  readonly plan: string;
  readonly instances: number;
  readonly fit: number;
  readonly places: readonly { readonly from: string; readonly to: string; readonly count: number }[];
  readonly failed: number;
  readonly failures: readonly { readonly instance: string; readonly dossier: string; readonly because: string }[];
  readonly findings: readonly string[];
}
interface StartOptions {
  readonly reason: string;
  readonly canary?: number;
}
interface UndoOptions {
  readonly reason: string;
  readonly dryRun?: true;
}

const order = '3e2d1c0b-1a29-4837-8655-443322110099';

/** `kruispunt chain versions` and `chain migrate …`: which versions run, and the plans from one to the next. */
export function migrateCommands(chain: Command, tree: Tree): void {
  leaf(chain, tree, {
    usage: 'versions',
    about: {
      nl: 'versies van ketens, en hoeveel er onder elke loopt',
      en: 'versions of chains, and what runs under each',
    },
    example: 'kruispunt chain versions',
    act: versions,
  });
  const about = { nl: 'lopende ketens naar een nieuwe versie', en: 'running chains to a new version' };
  const migrate = chain.command('migrate').description(`${about.nl} / ${about.en}`).helpCommand(false);
  leaf(migrate, tree, {
    usage: 'plan [plan]',
    about: { nl: 'de plannen, of één plan en zijn toets', en: 'the plans, or one plan and its check' },
    example: 'kruispunt chain migrate plan verhuis-1-2',
    act: plan,
  });
  leaf(migrate, tree, {
    usage: 'dry-run <plan>',
    about: {
      nl: 'probeert een plan op alles wat loopt, zonder iets te wijzigen',
      en: 'tries a plan on all that runs, changing nothing',
    },
    example: 'kruispunt chain migrate dry-run verhuis-1-2',
    act: dryRun,
  });
  leaf<StartOptions>(migrate, tree, {
    usage: 'start <plan>',
    about: {
      nl: 'voert een plan uit; met --canary op enkele eerst',
      en: 'carries out a plan; with --canary on a few first',
    },
    example: 'kruispunt chain migrate start verhuis-1-2 --canary 10 --reason "nieuwe ministeriële omzendbrief"',
    options: [new Option('--canary <n>', 'hoogstens zoveel / at most so many').argParser(whole), reasonOption()],
    act: start,
  });
  leaf<UndoOptions>(migrate, tree, {
    usage: 'undo <order>',
    about: {
      nl: 'zet terug wat een opdracht overzette, waar niets meer gebeurde',
      en: 'takes back what an order did, where nothing happened since',
    },
    example: `kruispunt chain migrate undo ${order} --reason "canary beviel niet"`,
    options: [new Option('--dry-run', 'toont, en doet niets / shows, and does nothing'), reasonOption()],
    act: undo,
  });
}

async function versions(shell: Shell): Promise<void> {
  const answer = await shell.gateway('chainIntegrator').get<{ readonly versions: readonly Version[] }>('/v1/versions');
  const law = ({ from, until }: Version['valid']) => ((from ?? until) ? `${from ?? ''} … ${until ?? ''}` : '');
  shell.show({
    data: { apiVersion: 'kruispunt/v1', ...answer },
    list: answer.versions,
    lines: tableLines({
      columns: ['chain', 'version', 'definition', 'newest', 'dossiers of', 'open', 'ended'],
      rows: answer.versions.map((v) => [
        ...[v.chain, v.version ?? '?', v.definition.slice(0, 12), v.newest ? 'yes' : ''],
        ...[law(v.valid), v.open, v.ended],
      ]),
    }),
    next: 'kruispunt chain migrate plan',
  });
}

async function plan(shell: Shell, [name]: readonly string[]): Promise<void> {
  const gateway = shell.gateway('chainIntegrator');
  if (name === undefined) {
    const { plans } = await gateway.get<{ readonly plans: readonly Plan[] }>('/v1/migrations');
    const rows = plans.map((p) => [p.plan, p.chain, p.from, p.to, p.waiting, p.findings.length]);
    shell.show({
      data: { kind: 'MigrationPlanList', apiVersion: 'kruispunt/v1', plans },
      list: plans,
      lines: tableLines({ columns: ['plan', 'chain', 'from', 'to', 'waiting', 'findings'], rows }),
      ...(plans[0] && { next: `kruispunt chain migrate dry-run ${plans[0].plan}` }),
    });
    return;
  }
  const p = await gateway.get<Plan>(`/v1/migrations/${encodeURIComponent(name)}`);
  const rows = Object.entries(p.places).map(([from, to]) => [from, to, p.terms[from] ?? 'keep']);
  shell.show({
    data: { kind: 'MigrationPlan', apiVersion: 'kruispunt/v1', ...p },
    lines: [
      ...factLines([
        ['plan', `${p.plan} (${p.chain} ${p.from} → ${p.to})`],
        [shell.say({ nl: 'wachtend', en: 'waiting' }), p.waiting],
        ['hash', p.hash],
      ]),
      ...tableLines({ columns: ['place', 'becomes', 'term'], rows }),
      ...p.findings.map((finding) => `! ${finding}`),
    ],
    next: `kruispunt chain migrate dry-run ${p.plan}`,
    ...(p.findings.length > 0 && { exit: exits.partial }),
  });
}

async function dryRun(shell: Shell, [name]: readonly string[]): Promise<void> {
  const path = `/v1/migrations/${encodeURIComponent(name!)}/dry-run`;
  const d = await shell.gateway('chainIntegrator').get<DryRun>(path);
  shell.show({
    data: { kind: 'MigrationDryRun', apiVersion: 'kruispunt/v1', ...d },
    lines: [
      ...factLines([
        [shell.say({ nl: 'lopend', en: 'running' }), d.instances],
        [shell.say({ nl: 'past', en: 'fits' }), d.fit],
        [shell.say({ nl: 'past niet', en: 'does not fit' }), d.failed],
      ]),
      ...tableLines({ columns: ['from', 'to', 'count'], rows: d.places.map((m) => [m.from, m.to, m.count]) }),
      ...tableLines({
        columns: ['instance', 'dossier', 'because'],
        rows: d.failures.map((f) => [f.instance, f.dossier, f.because]),
      }),
      ...d.findings.map((finding) => `! ${finding}`),
    ],
    next: `kruispunt chain migrate start ${d.plan} --canary 10 --reason "…"`,
    ...(d.failed + d.findings.length > 0 && { exit: exits.partial }),
  });
}

async function start(shell: Shell, [name]: readonly string[], { reason, canary }: StartOptions): Promise<void> {
  const path = `/v1/migrations/${encodeURIComponent(name!)}/start`;
  const wish = { reason, ...(canary !== undefined && { canary }) };
  const done = await shell.gateway('chainIntegrator').post<OrderAnswer>(path, wish);
  shell.show({ ...showOrder(shell, done), next: `kruispunt chain migrate undo ${done.id} --dry-run --reason "…"` });
}

async function undo(shell: Shell, [id]: readonly string[], { reason, dryRun: dry }: UndoOptions): Promise<void> {
  const path = `/v1/migrations/orders/${encodeURIComponent(id!)}/undo`;
  const wish = { reason, ...(dry && { dryRun: true }) };
  shell.show(showOrder(shell, await shell.gateway('chainIntegrator').post<OrderAnswer>(path, wish)));
}
