import { Option, type Command } from 'commander';
import { CliFailure, exits } from '../failure.js';
import { dryRunOption, leaf, reasonOption, rehearsed, repeated, whole, type Tree } from '../leaf.js';
import { readText } from '../read-text.js';
import type { Shell } from '../shell.js';
import { showPlan } from './describe-replay.js';
import type { PlanAnswer } from './replay-answers.js';

interface PlanOptions {
  readonly subscription: string;
  readonly intent: 'failed' | 'missing' | 'all';
  readonly from?: string;
  readonly to?: string;
  readonly type?: readonly string[];
  readonly key?: string;
  readonly event?: readonly string[];
  readonly group?: string;
  readonly limit?: number;
  readonly order?: string;
  readonly reason: string;
  readonly ticket?: string;
  readonly includeDelivered?: boolean;
  readonly dryRun?: boolean;
}

/** A plan over millions of events reads the log for a while; `--timeout` says otherwise. */
const planTimeoutS = 300;

/** `kruispunt replay plan`: shows what a redelivery would send. It never sends. */
export const planCommand = (replay: Command, tree: Tree): void =>
  leaf<PlanOptions>(replay, tree, {
    usage: 'plan',
    about: {
      nl: 'toont wat een heraflevering zou sturen en bevriest het; stuurt niets',
      en: 'shows what a redelivery would send and freezes it; sends nothing',
    },
    example:
      'kruispunt replay plan --subscription OVO001835/verhuizingen --intent failed --from "gisteren 14:00" --reason "certificaat verlopen bij ontvanger"',
    options: [
      new Option(
        '--subscription <s>',
        'id, naam of organisatie/naam / id, name or organisation/name',
      ).makeOptionMandatory(),
      new Option('--intent <intent>', 'geparkeerd, nooit afgeleverd, of alles / parked, never delivered, or all')
        .choices(['failed', 'missing', 'all'])
        .makeOptionMandatory(),
      new Option('--from <time>', 'vanaf / from'),
      new Option('--to <time>', 'tot, niet inbegrepen / until, not included'),
      new Option('--type <glob>', 'gebeurtenistype, * mag / event type, * allowed').argParser(repeated),
      new Option('--key <key>', 'sleutel van het onderwerp / key of the subject'),
      new Option(
        '--event <id>',
        'id, @bestand met een id per lijn, of - / id, @file with an id per line, or -',
      ).argParser(repeated),
      new Option('--group <fingerprint>', 'groep van geparkeerde / group of parked ones'),
      new Option('--limit <n>', 'hoogstens zoveel / at most so many').argParser(whole),
      new Option('--order <order>', 'per sleutel of los / per key or independent').choices(['preserve', 'independent']),
      new Option(
        '--include-delivered',
        'ook wat de ontvanger al heeft (bij --intent all) / also what the receiver has (with --intent all)',
      ),
      reasonOption(),
      dryRunOption(),
      new Option('--ticket <id>', 'verwijzing / reference'),
    ],
    act: plan,
  });

async function plan(shell: Shell, _: readonly string[], options: PlanOptions): Promise<void> {
  const { subscription, intent, type, key, group, limit, order, reason, ticket } = options;
  if (intent === 'all' && options.includeDelivered !== true) {
    throw new CliFailure(exits.needsInput, {
      nl: '--intent all stuurt ook wat de ontvanger al heeft — bevestig met --include-delivered',
      en: '--intent all also sends what the receiver has — confirm with --include-delivered',
    });
  }
  const body = {
    subscription,
    intent,
    key,
    group,
    limit,
    order,
    reason,
    ticket,
    types: type,
    dryRun: options.dryRun,
    from: iso(shell.time('--from', options.from)),
    to: iso(shell.time('--to', options.to)),
    eventIds: await eventIds(shell, options.event),
  };
  const answer = await shell.gateway('deliveryGateway', planTimeoutS).post<PlanAnswer>('/v1/replays', body);
  rehearsed(shell, answer);
  shell.show(showPlan(shell, answer));
}

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString());

async function eventIds(shell: Shell, given: readonly string[] | undefined): Promise<readonly string[] | undefined> {
  if (given === undefined) return undefined;
  const lists = await Promise.all(
    given.map(async (word) => {
      if (word !== '-' && !word.startsWith('@')) return [word];
      return (await readText(word.replace(/^@/, ''), shell.world))
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line !== '');
    }),
  );
  return lists.flat();
}
