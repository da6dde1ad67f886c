import { Option, type Command } from 'commander';
import { dryRunOption, leaf, reasonOption, rehearsed, type ActOptions, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';
import { showRun } from './describe-replay.js';
import { rateOf } from './rate-of.js';
import type { RunAnswer } from './replay-answers.js';

interface ChangeOptions extends ActOptions {
  readonly yes?: boolean;
}

/** `kruispunt replay pause|resume|cancel|rate|ramp`: what a person may do to a run that is active. */
export function changeCommands(replay: Command, tree: Tree): void {
  leaf<ChangeOptions>(replay, tree, {
    usage: 'pause <run>',
    about: { nl: 'houdt een run stil', en: 'lets a run stand still' },
    example: 'kruispunt replay pause R-9QX2M7AB --reason "ontvanger vraagt even te wachten"',
    options: [reasonOption(), dryRunOption()],
    act: (shell, [id], { reason, dryRun }) => change(shell, id!, 'pause', { reason, dryRun }),
  });
  leaf<ChangeOptions>(replay, tree, {
    usage: 'resume <run>',
    about: { nl: 'gaat verder, met de volgende trap', en: 'goes on, with the next step' },
    example: 'kruispunt replay resume R-9QX2M7AB --reason "ontvanger hersteld"',
    options: [reasonOption(), dryRunOption()],
    act: (shell, [id], { reason, dryRun }) => change(shell, id!, 'resume', { reason, dryRun }),
  });
  leaf<ChangeOptions>(replay, tree, {
    usage: 'cancel <run>',
    about: { nl: 'stopt een run; wat gestuurd is, blijft gestuurd', en: 'stops a run; what was sent stays sent' },
    example: 'kruispunt replay cancel R-9QX2M7AB --reason "verkeerde ontvanger" --yes',
    options: [reasonOption(), dryRunOption(), new Option('--yes', 'niet vragen / do not ask')],
    act: async (shell, [id], { reason, yes, dryRun }) => {
      await shell.confirm(
        { nl: `Run ${id} voorgoed stoppen?`, en: `Stop run ${id} for good?` },
        '--yes',
        yes === true || dryRun === true,
      );
      await change(shell, id!, 'cancel', { reason, dryRun });
    },
  });
  leaf<ChangeOptions>(replay, tree, {
    usage: 'rate <run> <rate>',
    about: { nl: 'een andere snelheid, bv. 200/s', en: 'another rate, e.g. 200/s' },
    example: 'kruispunt replay rate R-9QX2M7AB 200/s --reason "ontvanger kan meer aan"',
    options: [reasonOption(), dryRunOption()],
    act: (shell, [id, rate], { reason, dryRun }) => change(shell, id!, 'rate', { reason, dryRun, rate: rateOf(rate!) }),
  });
  leaf<ChangeOptions>(replay, tree, {
    usage: 'ramp <run> <steps>',
    about: { nl: 'andere trappen, bv. 10,1000,rest', en: 'another ramp, e.g. 10,1000,rest' },
    example: 'kruispunt replay ramp R-9QX2M7AB 10,1000,rest --reason "de eerste trap was schoon"',
    options: [reasonOption(), dryRunOption()],
    act: (shell, [id, ramp], { reason, dryRun }) => change(shell, id!, 'ramp', { reason, dryRun, ramp: ramp! }),
  });
}

async function change(
  shell: Shell,
  id: string,
  verb: string,
  body: {
    readonly reason: string;
    readonly dryRun: boolean | undefined;
    readonly rate?: number;
    readonly ramp?: string;
  },
): Promise<void> {
  const run = await shell
    .gateway('deliveryGateway')
    .post<RunAnswer>(`/v1/replays/${encodeURIComponent(id)}/${verb}`, body);
  rehearsed(shell, run);
  const shown = showRun(shell, run);
  // The verb did what was asked: that the run now stands still is no failure of it.
  shell.show({ ...shown, exit: 0 });
}
