import { CommanderError } from 'commander';
import { CliFailure, exits, type Exit } from './failure.js';
import { languageOf } from './language.js';
import { plain, plainJson } from './plain.js';
import { buildProgram } from './program.js';
import type { Shell, World } from './shell.js';

/** How long a command may take to notice Ctrl-C before the process ends anyway. */
const interruptGraceMs = 1_000;

/** Runs one command line in this process and sets its exit code; never throws. Called by bin/kruispunt.mjs. */
export async function run(): Promise<void> {
  const interrupt = new AbortController();
  process.once('SIGINT', () => {
    interrupt.abort();
    setTimeout(() => process.exit(exits.interrupted), interruptGraceMs).unref();
  });
  // A reader that has had enough (`| head`) is no fault of ours.
  process.stdout.on('error', (fault: NodeJS.ErrnoException) =>
    process.exit(fault.code === 'EPIPE' ? exits.ok : exits.failed),
  );
  const { env, stdout, stderr, stdin } = process;
  process.exitCode = await runIn(
    { env, folder: process.cwd(), stdout, stderr, stdin, now: () => Date.now(), interrupted: interrupt.signal },
    process.argv.slice(2),
  );
}

/** Runs one command line in a world of its own; answers the exit code. */
export async function runIn(world: World, words: readonly string[]): Promise<Exit> {
  let shell: Shell | undefined;
  try {
    await buildProgram({ world, onShell: (s) => (shell = s) }).parseAsync([...words], { from: 'user' });
    return shell?.exit ?? exits.ok;
  } catch (thrown) {
    // Commander has written its own text by now.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exits.ok : exits.usage;
    const failure = thrown instanceof CliFailure ? thrown : unexpected(thrown);
    tell(world, shell, failure, words);
    return failure.exit;
  }
}

const unexpected = (thrown: unknown): CliFailure => {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new CliFailure(exits.failed, { nl: `onverwacht: ${text}`, en: `unexpected: ${text}` });
};

function tell(
  { stderr, env }: World,
  shell: Shell | undefined,
  { what, todo, json, exit }: CliFailure,
  words: readonly string[],
): void {
  const language = languageOf(shell?.options.lang ?? words[words.indexOf('--lang') + 1], env);
  if (shell?.form === 'json' || shell?.form === 'jsonl') {
    stderr.write(
      `${plainJson({ kind: 'Failure', apiVersion: 'kruispunt/v1', exit, message: what[language], advice: todo?.[language] ?? null, ...json })}\n`,
    );
    return;
  }
  stderr.write(`${{ nl: 'fout', en: 'error' }[language]}: ${plain(what[language])}\n`);
  if (todo) stderr.write(`  → ${plain(todo[language])}\n`);
}
