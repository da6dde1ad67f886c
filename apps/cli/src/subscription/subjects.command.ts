import { Option, type Command } from 'commander';
import { leaf, whole, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';
import { tableLines } from '../table.js';
import { importSubjects, pathOf } from './import-subjects.js';
import { subscriptionId } from './subscription-id.js';

/** `kruispunt subscription subjects import|export`: the repertorium of a subscription, as ndjson. */
export function subjectCommands(subscription: Command, tree: Tree): void {
  const subjects = subscription
    .command('subjects')
    .description('het repertorium: over wie een abonnement mag horen / the repertorium: of whom it may hear')
    .helpCommand(false);
  leaf<{ readonly file: string; readonly fromLine?: number }>(subjects, tree, {
    usage: 'import <subscription>',
    about: { nl: 'registreert uit een bestand, een per lijn', en: 'registers from a file, one per line' },
    example: 'kruispunt subscription subjects import 3e2d1c0b-1a29-4837-8655-443322110099 --file personen.ndjson',
    options: [
      new Option(
        '--file <ndjson>',
        '{"subject","from","to"} per lijn; "action":"unregister" haalt eruit; - is stdin / one per line',
      ).makeOptionMandatory(),
      new Option('--from-line <n>', 'verder vanaf deze lijn / go on from this line').argParser(whole),
    ],
    act: async (shell, [wanted], { file, fromLine }) =>
      importSubjects(shell, await subscriptionId(shell, wanted!), file, fromLine ?? 1),
  });
  leaf(subjects, tree, {
    usage: 'export <subscription>',
    about: { nl: 'alles wat geregistreerd is', en: 'everything that is registered' },
    example: 'kruispunt subscription subjects export 3e2d1c0b-1a29-4837-8655-443322110099 -o jsonl > personen.ndjson',
    act: async (shell, [wanted]) => exportSubjects(shell, await subscriptionId(shell, wanted!)),
  });
}

const ndjson = <T>(text: string): readonly T[] =>
  text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as T]));

async function exportSubjects(shell: Shell, id: string): Promise<void> {
  const all = ndjson<Readonly<Record<string, string>>>(await shell.gateway('deliveryGateway').text(pathOf(id)));
  shell.show({
    data: all,
    list: all,
    lines: tableLines({
      columns: ['subject', 'from', 'to'],
      rows: all.map(({ subject, from, to }) => [subject, from, to]),
    }),
  });
}
