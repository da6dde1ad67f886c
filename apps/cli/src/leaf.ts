import { InvalidArgumentError, Option, type Command } from 'commander';
import { CliFailure, exits } from './failure.js';
import type { Text } from './language.js';
import { Shell, type CommonOptions, type World } from './shell.js';

/** What one command does: with its arguments and its options, in one shell. */
export type Act<O> = (shell: Shell, args: readonly string[], options: O & CommonOptions) => Promise<void> | void;

/** Where commands hang, and how their end is told. */
export interface Tree {
  readonly world: World;
  /** Hears the shell of the command that runs, for its exit code and its language. */
  readonly onShell: (shell: Shell) => void;
}

export interface Leaf<O> {
  /** `plan`, `show <id>` … as commander writes it. */
  readonly usage: string;
  readonly about: Text;
  readonly forms?: readonly string[];
  readonly options?: readonly Option[];
  readonly example: string;
  readonly act: Act<O>;
}

/** The options every command has, before or behind its words. */
export function commonOptions(program: Command): void {
  program
    .addOption(new Option('-o, --output <form>', 'vorm van de uitvoer: table, json, jsonl / form of the output'))
    .option('-c, --context <file>', 'welk systeem / which system')
    .option('--as <client>', 'als welke client van de proeftuin / as which client of the proving ground')
    .addOption(new Option('--lang <language>', 'taal / language').choices(['nl', 'en']))
    .option('--no-input', 'nooit iets vragen / never ask')
    .option('-q, --quiet', 'geen aanwijzingen op stderr / no hints on stderr')
    .option('--timeout <s>', 'wachttijd per aanvraag, in s / wait per request, in s', whole);
}

/** Adds one command under a noun. */
export function leaf<O>(
  parent: Command,
  tree: Tree,
  { usage, about, forms = ['table', 'json', 'jsonl'], options = [], example, act }: Leaf<O>,
): void {
  const command = parent.command(usage).description(`${about.nl} / ${about.en}`);
  for (const option of options) command.addOption(option);
  command
    .addHelpText(
      'after',
      `\n  $ ${example}\n\n  -o ${forms.join('|')} · -c FILE · --as CLIENT · --lang nl|en · --no-input · -q · --timeout S`,
    )
    .action(async (...given: unknown[]) => {
      const called = given.at(-1) as Command;
      const chosen = called.optsWithGlobals<O & CommonOptions>();
      const shell = new Shell(tree.world, chosen);
      tree.onShell(shell);
      if (chosen.output !== undefined && !forms.includes(chosen.output)) {
        throw new CliFailure(exits.usage, {
          nl: `-o ${chosen.output}: verwacht ${forms.join(', ')}`,
          en: `-o ${chosen.output}: expected ${forms.join(', ')}`,
        });
      }
      await act(shell, called.args, chosen);
    });
}

/** An option that may be given more than once. */
export const repeated = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

/** A whole number from 1. */
export function whole(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 1)
    throw new InvalidArgumentError('verwacht een geheel getal vanaf 1 / expected a whole number from 1');
  return n;
}

/** What every verb that changes something takes. */
export interface ActOptions {
  readonly reason: string;
  readonly dryRun?: boolean;
}

export const dryRunOption = (): Option =>
  new Option('--dry-run', 'toont wat het zou doen, en doet niets / shows what it would do, and does nothing');

/** Says so when nothing was done. */
export function rehearsed(shell: Shell, answer: { readonly dryRun?: boolean }): void {
  if (answer.dryRun === true) shell.tell({ nl: 'proefdraai: er is niets gedaan', en: 'dry run: nothing was done' });
}

/** Every change needs one; it goes into the audit trail. */
export const reasonOption = (): Option =>
  new Option(
    '--reason <text>',
    'waarom (komt in het auditspoor) / why (goes into the audit trail)',
  ).makeOptionMandatory();
