import { setTimeout as sleep } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import { exits } from '../failure.js';
import { leaf, whole, type Tree } from '../leaf.js';
import { plain, plainJson } from '../plain.js';
import type { Shell } from '../shell.js';
import { brussels } from '../time.js';
import type { IndexPage } from './index-page.js';

interface TailOptions {
  readonly type?: string;
  readonly since: string;
  readonly limit?: number;
  readonly once?: boolean;
}
type Indexed = IndexPage['events'][number];

const pollMs = 1_000;
/** An index that fills a little out of order: this far back is asked again, and what was shown is not shown twice. */
const overlapMs = 5_000;

/** `kruispunt event tail`: accepted events as they come, one per line; never their content. */
export const tailCommand = (event: Command, tree: Tree): void =>
  leaf<TailOptions>(event, tree, {
    usage: 'tail',
    about: {
      nl: 'toont gebeurtenissen terwijl ze aangenomen worden (nooit de inhoud)',
      en: 'shows events as they are accepted (never their content)',
    },
    example: 'kruispunt event tail --since -10m -o jsonl',
    options: [
      new Option('--type <type>', 'alleen dit type / only this type'),
      new Option('--since <time>', 'vanaf / from').default('now'),
      new Option('--limit <n>', 'stop na zoveel / stop after so many').argParser(whole),
      new Option('--once', 'niet volgen / do not follow'),
    ],
    act: tail,
  });

async function tail(shell: Shell, _: readonly string[], options: TailOptions): Promise<void> {
  const { interrupted } = shell.world;
  let from = shell.time('--since', options.since)!;
  const seen = new Map<string, number>();
  let left = options.limit ?? Infinity;
  for (;;) {
    const fresh = (await since(shell, from, options.type)).filter((e) => !seen.has(placeOf(e))).slice(0, left);
    for (const event of fresh) {
      seen.set(placeOf(event), Date.parse(event.loggedAt));
      shell.world.stdout.write(`${shell.form === 'table' ? line(event) : plainJson(event)}\n`);
    }
    left -= fresh.length;
    if (left <= 0 || options.once === true) return;
    from = Math.max(from, Math.max(...seen.values()) - overlapMs);
    for (const [place, at] of seen) if (at < from) seen.delete(place);
    await sleep(pollMs, undefined, { signal: interrupted }).catch(() => undefined);
    if (interrupted.aborted) {
      shell.exit = exits.interrupted;
      return;
    }
  }
}

/** Everything since an instant, oldest first. */
async function since(shell: Shell, from: number, type: string | undefined): Promise<readonly Indexed[]> {
  const found: Indexed[] = [];
  let after: string | undefined;
  do {
    const page: IndexPage = await shell
      .gateway('publishGateway')
      .get('/v1/index', { type, since: new Date(from).toISOString(), after, limit: '500' });
    found.push(...page.events);
    after = page.next;
  } while (after !== undefined);
  return found.reverse();
}

const placeOf = ({ topic, partition, offset }: Indexed): string => `${topic}/${partition}/${offset}`;
const line = (e: Indexed): string =>
  plain(`${brussels(Date.parse(e.loggedAt))}  ${e.type}  ${e.eventId}  ${placeOf(e)}`);
