import { Option, type Command } from 'commander';
import { CliFailure, exits } from '../failure.js';
import { leaf, type Tree } from '../leaf.js';
import { readText } from '../read-text.js';
import type { Shell } from '../shell.js';
import { tableLines } from '../table.js';

interface ReceiptAnswer {
  readonly eventId?: string;
  readonly source?: string;
  readonly type?: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
  readonly status?: number;
  readonly receipt?: string;
  readonly problem?: { readonly slug: string; readonly title: string };
}

/** `kruispunt event publish`: one CloudEvent, or a list of them, from a file; the receipts come back. */
export const publishCommand = (event: Command, tree: Tree): void =>
  leaf<{ readonly file: string }>(event, tree, {
    usage: 'publish',
    about: { nl: 'publiceert een CloudEvent, of een lijst ervan', en: 'publishes a CloudEvent, or a list of them' },
    example: 'kruispunt event publish -f aangifte.json -o json > ontvangstbewijs.json',
    options: [
      new Option(
        '-f, --file <file>',
        'CloudEvent als JSON, een lijst, of een per lijn; - is stdin / a CloudEvent as JSON, a list, or one per line; - is stdin',
      ).makeOptionMandatory(),
    ],
    act: publish,
  });

async function publish(shell: Shell, _: readonly string[], { file }: { readonly file: string }): Promise<void> {
  const events = eventsIn(await readText(file, shell.world), file);
  const batch = events.length !== 1;
  const answer = await shell
    .gateway('publishGateway')
    .json<ReceiptAnswer & { readonly results?: readonly ReceiptAnswer[] }>('/v1/events', {
      method: 'POST',
      body: batch ? events : events[0],
      contentType: batch ? 'application/cloudevents-batch+json' : 'application/cloudevents+json',
    });
  const results = answer.results ?? [answer];
  const refused = results.filter((result) => result.problem !== undefined).length;
  const first = results.find((result) => result.eventId !== undefined);
  const position = (r: ReceiptAnswer) => (r.topic === undefined ? null : `${r.topic}/${r.partition}/${r.offset}`);
  shell.show({
    data: answer,
    list: results,
    lines: tableLines({
      columns: ['status', 'event', 'type', 'position', 'problem'],
      rows: results.map((r) => [
        r.status ?? 202,
        r.eventId ?? null,
        r.type ?? null,
        position(r),
        r.problem?.slug ?? null,
      ]),
    }),
    ...(first && { next: `kruispunt event trace ${first.eventId}` }),
    exit: refused === 0 ? exits.ok : refused === results.length ? exits.failed : exits.partial,
  });
}

function eventsIn(text: string, file: string): readonly unknown[] {
  try {
    const whole: unknown = JSON.parse(text);
    return Array.isArray(whole) ? whole : [whole];
  } catch {
    // Not one JSON text: perhaps one per line.
  }
  try {
    const lines = text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as unknown);
    if (lines.length > 0) return lines;
  } catch {
    // Neither.
  }
  throw new CliFailure(exits.usage, { nl: `${file} is geen JSON`, en: `${file} is not JSON` });
}
