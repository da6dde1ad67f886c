import { Option, type Command } from 'commander';
import { exits } from '../failure.js';
import { leaf, whole, type Tree } from '../leaf.js';
import { readText } from '../read-text.js';
import type { Shell } from '../shell.js';
import { tableLines } from '../table.js';
import { subscriptionId } from './subscription-id.js';

interface LineAnswer {
  readonly line: number;
  readonly outcome: 'registered' | 'unchanged' | 'unregistered' | 'absent' | 'refused';
  readonly problem?: { readonly slug: string };
}

/** As many as one request takes. */
const linesPerRequest = 1_000;

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

const pathOf = (id: string): string => `/v1/subscriptions/${encodeURIComponent(id)}/subjects`;
const ndjson = <T>(text: string): readonly T[] =>
  text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as T]));

async function importSubjects(shell: Shell, id: string, file: string, fromLine: number): Promise<void> {
  const lines = (await readText(file, shell.world)).split('\n');
  while (lines.at(-1)?.trim() === '') lines.pop();
  const outcomes: LineAnswer[] = [];
  for (let from = fromLine - 1; from < lines.length; from += linesPerRequest) {
    const body = lines.slice(from, from + linesPerRequest).join('\n');
    const request = { method: 'POST', body, contentType: 'application/x-ndjson' } as const;
    const told = ndjson<LineAnswer>(await shell.gateway('deliveryGateway').text(pathOf(id), request));
    outcomes.push(...told.map((one) => ({ ...one, line: one.line + from })));
    const done = Math.min(lines.length, from + linesPerRequest);
    shell.tell({
      nl: `${done} van ${lines.length} lijnen; breekt het hier af, ga dan verder met --from-line ${done + 1}`,
      en: `${done} of ${lines.length} lines; if it breaks off here, go on with --from-line ${done + 1}`,
    });
  }
  const refused = outcomes.filter(({ outcome }) => outcome === 'refused');
  const counts = Map.groupBy(outcomes, ({ outcome }) => outcome);
  shell.show({
    data: {
      lines: outcomes.length,
      ...Object.fromEntries([...counts].map(([name, of]) => [name, of.length])),
      refusals: refused,
    },
    list: outcomes,
    lines: [
      ...tableLines({ columns: ['outcome', 'lines'], rows: [...counts].map(([name, of]) => [name, of.length]) }),
      ...refused.map(({ line, problem }) => `${file}:${line} ${problem?.slug ?? ''}`),
    ],
    next: `kruispunt subscription show ${id} --effective`,
    exit: refused.length === 0 ? exits.ok : refused.length === outcomes.length ? exits.failed : exits.partial,
  });
}

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
