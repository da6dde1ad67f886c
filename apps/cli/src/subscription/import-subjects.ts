import { statSync } from 'node:fs';
import { exits } from '../failure.js';
import { plain, plainJson } from '../plain.js';
import { readLines } from '../read-lines.js';
import type { Shell } from '../shell.js';
import { tableLines } from '../table.js';

interface LineAnswer {
  readonly line: number;
  readonly outcome: 'registered' | 'unchanged' | 'unregistered' | 'absent' | 'refused';
  readonly problem?: { readonly slug: string };
}

/** As many as one request takes, and as large as one may well be. */
const linesPerRequest = 1_000;
const charactersPerRequest = 524_288;
/** Refused lines that the JSON document holds; `-o jsonl` and the table name every one. */
const refusalsMax = 10_000;
const progressEveryMs = 1_000;

export const pathOf = (id: string): string => `/v1/subscriptions/${encodeURIComponent(id)}/subjects`;

/**
 * Registers the lines of a file, by the thousand as they are read: the file may be of any length. Each answer is shown when it comes. Where
 * it breaks off, it says from which line to go on; the same lines again change nothing.
 */
export async function importSubjects(shell: Shell, id: string, file: string, fromLine: number): Promise<void> {
  const counts = new Map<string, number>();
  const refusals: LineAnswer[] = [];
  const progress = progressOf(shell, file);
  let [line, batch, characters] = [0, [] as string[], 0];
  const send = async () => {
    if (batch.some((one) => one.trim() !== '')) {
      for (const answer of await sent(shell, id, batch, line - batch.length)) {
        counts.set(answer.outcome, (counts.get(answer.outcome) ?? 0) + 1);
        if (answer.outcome === 'refused' && refusals.length < refusalsMax) refusals.push(answer);
        showLine(shell, file, answer);
      }
    }
    [batch, characters] = [[], 0];
    progress.done(line);
  };
  try {
    for await (const one of readLines(file, shell.world, progress.read)) {
      line += 1;
      if (line < fromLine) continue;
      batch.push(one);
      characters += one.length;
      if (batch.length >= linesPerRequest || characters >= charactersPerRequest) await send();
    }
    await send();
  } catch (thrown) {
    progress.brokenOff(Math.max(fromLine, line - batch.length + 1));
    throw thrown;
  }
  progress.end();
  const total = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const refused = counts.get('refused') ?? 0;
  shell.show({
    data: { lines: total, ...Object.fromEntries(counts), refusals },
    list: [],
    lines: tableLines({ columns: ['outcome', 'lines'], rows: [...counts] }),
    next: `kruispunt subscription show ${id} --effective`,
    exit: refused === 0 ? exits.ok : refused === total ? exits.failed : exits.partial,
  });
}

/** What came of some lines, the first of which is number `before` + 1 in the file. */
async function sent(shell: Shell, id: string, lines: readonly string[], before: number): Promise<LineAnswer[]> {
  const request = { method: 'POST', body: lines.join('\n'), contentType: 'application/x-ndjson' } as const;
  const told = await shell.gateway('deliveryGateway').text(pathOf(id), request);
  return told.split('\n').flatMap((text) => {
    if (text.trim() === '') return [];
    const answer = JSON.parse(text) as LineAnswer;
    return [{ ...answer, line: answer.line + before }];
  });
}

/** At once: a machine gets every answer, a person what was refused. */
function showLine(shell: Shell, file: string, answer: LineAnswer): void {
  if (shell.form === 'jsonl') shell.world.stdout.write(`${plainJson(answer)}\n`);
  else if (shell.form === 'table' && answer.outcome === 'refused')
    shell.world.stdout.write(`${plain(`${file}:${answer.line} ${answer.problem?.slug ?? ''}`)}\n`);
}

/** What a person sees on stderr: lines and share of the file, once a second, and at the end. */
function progressOf(shell: Shell, file: string) {
  const size = file === '-' ? undefined : statSync(file, { throwIfNoEntry: false })?.size;
  let [read, done, toldAt] = [0, 0, shell.world.now()];
  const tell = () => {
    const share = size ? ` (${Math.floor((100 * read) / size)} %)` : '';
    shell.tell({ nl: `${done} lijnen${share}`, en: `${done} lines${share}` });
  };
  return {
    read: (bytes: number) => void (read = bytes),
    done: (line: number) => {
      done = line;
      if (shell.world.now() - toldAt < progressEveryMs) return;
      toldAt = shell.world.now();
      tell();
    },
    end: tell,
    brokenOff: (next: number) =>
      shell.tell({
        nl: `afgebroken: ga verder met --from-line ${next}`,
        en: `broken off: go on with --from-line ${next}`,
      }),
  };
}
