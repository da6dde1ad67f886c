import { Option, type Command } from 'commander';
import { dryRunOption, leaf, reasonOption, rehearsed, whole, type ActOptions, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';
import { showPlan, showRun } from './describe-replay.js';
import { rateOf } from './rate-of.js';
import type { PlanAnswer, RunAnswer } from './replay-answers.js';
import { watchRun } from './watch-run.js';

interface StartOptions extends ActOptions {
  readonly rate?: number;
  readonly maxInFlight?: number;
  readonly ramp?: string;
  readonly detach?: boolean;
  readonly yes?: boolean;
}

/** `kruispunt replay start`: sends the frozen set of a plan, and follows it. */
export const startCommand = (replay: Command, tree: Tree): void =>
  leaf<StartOptions>(replay, tree, {
    usage: 'start <plan>',
    about: {
      nl: 'start de heraflevering van een plan en volgt ze',
      en: 'starts the redelivery of a plan and follows it',
    },
    example: 'kruispunt replay start RP-7F3K2M9Q --rate 5/s --reason "certificaat vernieuwd" --yes',
    options: [
      reasonOption(),
      dryRunOption(),
      new Option('--rate <n>', 'items per seconde, bv. 5/s / items per second, e.g. 5/s').argParser(rateOf),
      new Option('--max-in-flight <n>', 'tegelijk onderweg / on their way at once').argParser(whole),
      new Option('--ramp <steps>', 'trappen met een poort erachter / steps with a gate behind each').default(
        '1,10,100,rest',
      ),
      new Option('--detach', 'niet volgen / do not follow'),
      new Option('--yes', 'niet vragen / do not ask'),
    ],
    act: start,
  });

async function start(shell: Shell, [id]: readonly string[], options: StartOptions): Promise<void> {
  const gateway = shell.gateway('deliveryGateway');
  const path = `/v1/replays/${encodeURIComponent(id!)}`;
  const plan = await gateway.get<PlanAnswer>(path);
  const { queued, duplicates } = plan.summary;
  await shell.confirm(
    {
      nl: `${queued} gebeurtenissen sturen naar ${plan.subscription} (${duplicates} duplicaten)?`,
      en: `Send ${queued} events to ${plan.subscription} (${duplicates} duplicates)?`,
    },
    '--yes',
    options.yes === true || options.dryRun === true,
  );
  const run = await gateway.post<RunAnswer>(`${path}/start`, {
    digest: plan.digest,
    reason: options.reason,
    dryRun: options.dryRun,
    rate: options.rate,
    inFlightMax: options.maxInFlight,
    ramp: options.ramp,
  });
  rehearsed(shell, run);
  if (run.dryRun === true) return shell.show(showPlan(shell, plan));
  shell.tell({ nl: `Run ${run.id} gestart`, en: `Run ${run.id} started` });
  shell.show(showRun(shell, options.detach === true ? run : await watchRun(shell, run.id)));
}
