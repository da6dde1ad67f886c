import { setTimeout as sleep } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import { exits } from '../failure.js';
import { leaf, whole, type Tree } from '../leaf.js';
import { absolute } from '../time.js';
import type { Shell } from '../shell.js';
import { screenOf, sentenceOf } from './describe-status.js';
import { look, type Earlier } from './look.js';

const watchMs = 2_000;

interface StatusOptions {
  readonly watch?: boolean;
  readonly count?: number;
}

/** `kruispunt status`: one screen. What runs, what flows, whether the books balance, what needs a person. */
export const statusCommand = (program: Command, tree: Tree): void =>
  leaf<StatusOptions>(program, tree, {
    usage: 'status',
    about: { nl: 'wat loopt, wat stroomt, wat een mens nodig heeft', en: 'what runs, what flows, what needs a person' },
    example: 'kruispunt status --watch',
    options: [
      new Option('--watch', 'blijf kijken; Ctrl-C stopt / keep looking; Ctrl-C stops'),
      new Option('--count <n>', 'met --watch: stop na zoveel keer / with --watch: stop after so many').argParser(whole),
    ],
    act: (shell, _, options) => (options.watch === true ? watch(shell, options) : once(shell)),
  });

async function once(shell: Shell): Promise<void> {
  shell.show(screenOf(shell, await look(shell)));
}

/** On a terminal the screen is drawn anew; elsewhere each look is one sentence, and nothing is said twice in a row. */
async function watch(shell: Shell, { count = Infinity }: StatusOptions): Promise<void> {
  const { stdout, interrupted, now, env } = shell.world;
  const drawn = stdout.isTTY === true && env['TERM'] !== 'dumb' && shell.form === 'table';
  let earlier: Earlier | undefined;
  let said = '';
  for (let n = 0; n < count; n += 1) {
    if (n > 0) await sleep(watchMs, undefined, { signal: interrupted }).catch(() => undefined);
    if (interrupted.aborted) {
      shell.exit = exits.interrupted;
      return;
    }
    const at = now();
    const seen = await look(shell, earlier);
    earlier = { accepted: seen.accepted, at };
    const sentence = sentenceOf(shell, seen);
    if (drawn) stdout.write(`\u001b[2J\u001b[H${absolute(at)}\n\n`);
    const shown = screenOf(shell, seen);
    if (drawn || shell.form !== 'table') shell.show({ data: seen, lines: shown.lines });
    else if (sentence !== said) stdout.write(`${sentence}\n`);
    said = sentence;
    shell.exit = shown.exit ?? exits.ok;
  }
}
