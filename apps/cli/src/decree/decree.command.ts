import { Option, type Command } from 'commander';
import { showOrder, type OrderAnswer } from '../chain/show-order.js';
import { leaf, reasonOption, whole, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';

interface PlanOptions {
  readonly rule: string;
  readonly on: string;
  readonly basis: string;
  readonly reason: string;
  readonly days?: number;
  readonly calendar?: string;
  readonly chain?: string;
  readonly gemeente?: string;
  readonly dueFrom?: string;
  readonly dueTo?: string;
  readonly dryRun?: boolean;
}

/** `kruispunt decree plan|show|approve|reject|report`: a mass change of running terms, by law and by two people. */
export function decreeCommands(decree: Command, tree: Tree): void {
  leaf<PlanOptions>(decree, tree, {
    usage: 'plan <change>',
    about: {
      nl: 'verlengt, schorst, hervat, herverankert of herrekent lopende termijnen: extend, suspend, resume, re-anchor, reproject',
      en: 'lengthens, suspends, resumes, re-anchors or recounts running terms',
    },
    example:
      'kruispunt decree plan extend --rule omv.beslissing.gewoon --days 30 --on 2026-06-08 --basis "noodbesluit 2026/7" --reason "overstroming" --dry-run',
    options: planOptions(),
    act: (shell, [change], options) => plan(shell, change!, options),
  });
  leaf(decree, tree, {
    usage: 'show <decree>',
    about: { nl: 'hoe ver een besluit is', en: 'how far a decree is' },
    example: 'kruispunt decree show 3e2d1c0b-1a29-4837-8655-443322110099',
    act: async (shell, [id]) => shell.show(showOrder(shell, await decreeOf(shell, id!), 'decree')),
  });
  leaf(decree, tree, {
    usage: 'report <decree>',
    about: { nl: 'elke termijn, voor en na', en: 'every term, before and after' },
    example: 'kruispunt decree report 3e2d1c0b-1a29-4837-8655-443322110099 -o jsonl',
    act: async (shell, [id]) => shell.show(showOrder(shell, await decreeOf(shell, id!, '/report'), 'decree')),
  });
  for (const [word, about] of [
    [
      'approve',
      {
        nl: 'keurt een besluit goed, als tweede persoon; het begint meteen',
        en: 'approves a decree, as the second person; it begins at once',
      },
    ],
    ['reject', { nl: 'keurt een besluit af', en: 'rejects a decree' }],
  ] as const) {
    leaf<{ readonly reason: string }>(decree, tree, {
      usage: `${word} <decree>`,
      about,
      example: `kruispunt decree ${word} 3e2d1c0b-1a29-4837-8655-443322110099 --reason "nagelezen in het Staatsblad"`,
      options: [reasonOption()],
      act: async (shell, [id], { reason }) => {
        const { digest } = await decreeOf(shell, id!);
        const decided = await shell
          .gateway('chainIntegrator')
          .post<OrderAnswer>(`/v1/decrees/${encodeURIComponent(id!)}/${word}`, { digest, reason });
        shell.show(showOrder(shell, decided, 'decree'));
      },
    });
  }
}

const planOptions = (): readonly Option[] => [
  new Option('--rule <rule>', 'welke termijn / which term').makeOptionMandatory(),
  new Option('--on <date>', 'op welke dag (JJJJ-MM-DD) / on which day').makeOptionMandatory(),
  new Option('--basis <text>', 'het artikel of besluit / the article or decree').makeOptionMandatory(),
  new Option('--days <n>', 'met hoeveel (extend) / by how many').argParser(whole),
  new Option('--calendar <days>', 'vrije dagen, met komma’s (reproject) / free days, by commas'),
  new Option('--chain <name>', 'alleen van deze keten / only of this chain'),
  new Option('--gemeente <nis>', 'alleen van deze gemeente / only of this municipality'),
  new Option('--due-from <date>', 'alleen wie eindigt vanaf / only due from'),
  new Option('--due-to <date>', 'alleen wie eindigt tot en met / only due until'),
  reasonOption(),
  new Option(
    '--dry-run',
    'telt en toont voor en na, verandert niets / counts and shows before and after, changes nothing',
  ),
];

const decreeOf = (shell: Shell, id: string, part = ''): Promise<OrderAnswer> =>
  shell.gateway('chainIntegrator').get<OrderAnswer>(`/v1/decrees/${encodeURIComponent(id)}${part}`);

async function plan(shell: Shell, change: string, given: PlanOptions): Promise<void> {
  const { rule, chain, gemeente, dueFrom, dueTo, on, basis, reason, days, calendar, dryRun } = given;
  const selector = { rule, chain, gemeente, dueFrom, dueTo };
  const body = { change, selector, on, basis, reason, days, calendar, dryRun };
  shell.show(showOrder(shell, await shell.gateway('chainIntegrator').post<OrderAnswer>('/v1/decrees', body), 'decree'));
}
