import { Option, type Command } from 'commander';
import { CliFailure, exits } from '../failure.js';
import { dryRunOption, leaf, reasonOption, rehearsed, type ActOptions, type Tree } from '../leaf.js';
import { plain, plainJson } from '../plain.js';
import { readText } from '../read-text.js';
import type { Shell } from '../shell.js';
import { showPlan } from './describe-replay.js';
import { differencesBetween, type Difference } from './differences.js';
import type { ItemAnswer, PlanAnswer, PlanFile } from './replay-answers.js';

const page = 500;
/** Differences told one by one; the rest is counted. */
const toldMax = 20;

/** `kruispunt replay export|import`: a plan as a file, and made again from it; with the same digest, or with what differs (exit 7). */
export function exportCommands(replay: Command, tree: Tree): void {
  leaf(replay, tree, {
    usage: 'export <plan>',
    forms: ['json'],
    about: { nl: 'een plan met zijn items, als bestand', en: 'a plan with its items, as a file' },
    example: 'kruispunt replay export RP-7F3K2M9Q > plan.json',
    act: async (shell, [id]) => {
      const file = await shell
        .gateway('deliveryGateway')
        .get<PlanFile>(`/v1/replays/${encodeURIComponent(id!)}/export`);
      shell.world.stdout.write(`${plainJson({ ...file, items: await allItems(shell, id!) }, 2)}\n`);
      shell.tell({
        nl: 'Volgende: kruispunt replay import <bestand> --reason "…"',
        en: 'Next: kruispunt replay import <file> --reason "…"',
      });
    },
  });
  leaf<ActOptions & { readonly ticket?: string }>(replay, tree, {
    usage: 'import <file>',
    about: {
      nl: 'maakt een plan opnieuw uit een bestand; dezelfde digest, of wat er verschilt (exit 7)',
      en: 'makes a plan again from a file; the same digest, or what differs (exit 7)',
    },
    example: 'kruispunt replay import plan.json --reason "dezelfde levering op de tweede omgeving"',
    options: [reasonOption(), dryRunOption(), new Option('--ticket <id>', 'verwijzing / reference')],
    act: importPlan,
  });
}

async function importPlan(
  shell: Shell,
  [name]: readonly string[],
  { reason, dryRun, ticket }: ActOptions & { readonly ticket?: string },
): Promise<void> {
  const file = planFileOf(name!, await readText(name!, shell.world));
  try {
    const { request, digest } = file;
    const plan = await shell
      .gateway('deliveryGateway')
      .post<PlanAnswer>('/v1/replays/import', { request, digest, reason, dryRun, ticket });
    rehearsed(shell, plan);
    shell.show(showPlan(shell, plan));
  } catch (thrown) {
    const made = thrown instanceof CliFailure && thrown.exit === exits.planChanged ? thrown.json['plan'] : undefined;
    if (typeof made !== 'string' || dryRun === true) throw thrown;
    tellDifferences(shell, differencesBetween(file.items, await allItems(shell, made)));
    throw thrown;
  }
}

function tellDifferences(shell: Shell, differences: readonly Difference[]): void {
  for (const { mark, place, eventId, says } of differences.slice(0, toldMax))
    shell.tell(plain(`${mark} ${place}  ${eventId}  ${says}`));
  const more = differences.length - toldMax;
  if (more > 0) shell.tell({ nl: `… en nog ${more} verschillen`, en: `… and ${more} more differences` });
  if (differences.length === 0)
    shell.tell({
      nl: 'dezelfde gebeurtenissen, anders beoordeeld: vergelijk de samenvatting',
      en: 'the same events, judged otherwise: compare the summaries',
    });
}

function planFileOf(name: string, text: string): PlanFile {
  try {
    const file = JSON.parse(text) as Partial<PlanFile>;
    if (file.kind === 'ReplayPlanExport' && file.request && file.digest)
      return { ...file, items: file.items ?? [] } as PlanFile;
  } catch {
    // Told below.
  }
  throw new CliFailure(exits.usage, {
    nl: `${name} is geen plan van "kruispunt replay export"`,
    en: `${name} is no plan of "kruispunt replay export"`,
  });
}

async function allItems(shell: Shell, plan: string): Promise<readonly ItemAnswer[]> {
  const items: ItemAnswer[] = [];
  for (let after: number | null = 0; after !== null;) {
    const answer: { readonly items: readonly ItemAnswer[]; readonly next: number | null } = await shell
      .gateway('deliveryGateway')
      .get(`/v1/replays/${encodeURIComponent(plan)}/items`, { after: String(after), limit: String(page) });
    items.push(...answer.items);
    after = answer.next;
  }
  return items;
}
