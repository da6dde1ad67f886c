import type { Command } from 'commander';
import { CliFailure, exits } from './failure.js';
import type { Tree } from './leaf.js';
import { plainJson } from './plain.js';

/** `kruispunt help [words…] [--json]`: the help of a command, or the whole tree for machines. */
export const helpCommand = (program: Command, tree: Tree): void =>
  void program
    .command('help [words...]')
    .description('uitleg, ook van één werkwoord / help, of one verb too')
    .option('--json', 'de hele boom als JSON / the whole tree as JSON')
    .action((words: readonly string[], { json }: { json?: boolean }) => {
      const command = words.reduce<Command | undefined>(
        (at, word) => at?.commands.find((c) => c.name() === word),
        program,
      );
      if (command === undefined)
        throw new CliFailure(exits.usage, {
          nl: `geen opdracht "${words.join(' ')}"`,
          en: `no command "${words.join(' ')}"`,
        });
      tree.world.stdout.write(
        json === true
          ? `${plainJson({ kind: 'CommandTree', apiVersion: 'kruispunt/v1', exits, ...outline(command) }, 2)}\n`
          : command.helpInformation(),
      );
    });

interface Outline {
  readonly name: string;
  readonly description: string;
  readonly arguments: readonly { readonly name: string; readonly required: boolean }[];
  readonly options: readonly {
    readonly flags: string;
    readonly description: string;
    readonly mandatory: boolean;
    readonly choices: readonly string[];
  }[];
  readonly commands: readonly Outline[];
}

const outline = (command: Command): Outline => ({
  name: command.name(),
  description: command.description(),
  arguments: command.registeredArguments.map((a) => ({ name: a.name(), required: a.required })),
  options: command.options.map((o) => ({
    flags: o.flags,
    description: o.description,
    mandatory: o.mandatory,
    choices: o.argChoices ?? [],
  })),
  commands: command.commands.map(outline),
});
