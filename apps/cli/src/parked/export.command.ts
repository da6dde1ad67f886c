import { Option, type Command } from 'commander';
import { dryRunOption, leaf, reasonOption, type ActOptions, type Tree } from '../leaf.js';

interface ExportOptions extends ActOptions {
  readonly subscription?: string;
  readonly group?: string;
  readonly type?: string;
  readonly discarded?: boolean;
}

/** `kruispunt parked export`: what is parked as a file, without payloads and keys. Who took it stands in the audit trail. */
export const exportCommand = (parked: Command, tree: Tree): void =>
  leaf<ExportOptions>(parked, tree, {
    usage: 'export',
    forms: ['jsonl', 'csv'],
    about: { nl: 'wat geparkeerd is, als bestand; geen inhoud, geen sleutels', en: 'what is parked, as a file' },
    example: 'kruispunt parked export --group 9f3b --reason "lijst voor de ontvanger" -o csv > geparkeerd.csv',
    options: [
      reasonOption(),
      dryRunOption(),
      new Option('--subscription <id>', 'van dit abonnement / of this subscription'),
      new Option('--group <fingerprint>', 'van deze groep / of this group'),
      new Option('--type <type>', 'van dit type / of this type'),
      new Option('--discarded', 'wat weggelegd is / what was discarded'),
    ],
    act: async (shell, _, { subscription, group, type, discarded, reason, dryRun }) => {
      const body = { subscription, group, type, reason, dryRun, ...(discarded === true && { discarded: 'true' }) };
      const format = shell.options.output === 'csv' ? 'csv' : 'jsonl';
      const file = await shell
        .gateway('deliveryGateway')
        .text('/v1/parked/export', { method: 'POST', body: { ...body, format } });
      shell.world.stdout.write(file);
    },
  });
