import { Option, type Command } from 'commander';
import { CliFailure, exits } from '../failure.js';
import { dryRunOption, leaf, reasonOption, rehearsed, type ActOptions, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';
import { showPlan } from './describe-replay.js';
import type { PlanAnswer } from './replay-answers.js';

interface DecideOptions extends ActOptions {
  readonly digest?: string;
}

/** `kruispunt replay approve|reject`: the second person. Bound to the digest of the plan as it is now. */
export function decideCommands(replay: Command, tree: Tree): void {
  const options = () => [
    reasonOption(),
    dryRunOption(),
    new Option(
      '--digest <hex>',
      'alleen als het plan deze digest heeft (begin volstaat) / only when the plan has this digest (a beginning will do)',
    ),
  ];
  leaf<DecideOptions>(replay, tree, {
    usage: 'approve <plan>',
    about: { nl: 'keurt een plan goed, als tweede persoon', en: 'approves a plan, as the second person' },
    example: 'kruispunt replay approve RP-7F3K2M9Q --reason "nagekeken met de ontvanger"',
    options: options(),
    act: (shell, [id], chosen) => decide(shell, id!, 'approve', chosen),
  });
  leaf<DecideOptions>(replay, tree, {
    usage: 'reject <plan>',
    about: { nl: 'keurt een plan af', en: 'rejects a plan' },
    example: 'kruispunt replay reject RP-7F3K2M9Q --reason "verkeerd abonnement"',
    options: options(),
    act: (shell, [id], chosen) => decide(shell, id!, 'reject', chosen),
  });
}

async function decide(
  shell: Shell,
  id: string,
  verb: 'approve' | 'reject',
  { reason, digest, dryRun }: DecideOptions,
): Promise<void> {
  const gateway = shell.gateway('deliveryGateway');
  const path = `/v1/replays/${encodeURIComponent(id)}`;
  const plan = await gateway.get<PlanAnswer>(path);
  if (digest !== undefined && !plan.digest?.startsWith(digest.toLowerCase())) {
    throw new CliFailure(exits.planChanged, {
      nl: `het plan heeft digest ${plan.digest}`,
      en: `the plan has digest ${plan.digest}`,
    });
  }
  const decided = await gateway.post<PlanAnswer>(`${path}/${verb}`, { digest: plan.digest, reason, dryRun });
  rehearsed(shell, decided);
  shell.show(showPlan(shell, decided));
}
