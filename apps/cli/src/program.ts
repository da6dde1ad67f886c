import { Command } from 'commander';
import { chainCommands } from './chain/chain.command.js';
import { publishCommand } from './event/publish.command.js';
import { tailCommand } from './event/tail.command.js';
import { traceCommand } from './event/trace.command.js';
import { helpCommand } from './help.command.js';
import { commonOptions, type Tree } from './leaf.js';
import { parkedCommands } from './parked/parked.command.js';
import { receiptCommands } from './receipt/receipt.command.js';
import { changeCommands } from './replay/change.command.js';
import { decideCommands } from './replay/decide.command.js';
import { planCommand } from './replay/plan.command.js';
import { showCommands } from './replay/show.command.js';
import { startCommand } from './replay/start.command.js';
import { schemaCommands } from './schema/schema.command.js';
import { statusCommand } from './status/status.command.js';
import { subscriptionCommands } from './subscription/subscription.command.js';

const version = '0.1.0';

/** The whole tree: noun, then verb (operators.md §3). Replay first, for that is what operators come for. */
export function buildProgram(tree: Tree): Command {
  const program = new Command('kruispunt').description('heraflevering en bediening van Kruispunt / redelivery and operation of Kruispunt').version(version);
  program.exitOverride().configureOutput({
    writeOut: (text) => void tree.world.stdout.write(text),
    writeErr: (text) => void tree.world.stderr.write(text),
  });
  commonOptions(program);
  program.helpCommand(false);
  statusCommand(program, tree);
  const noun = (name: string, nl: string, en: string): Command => program.command(name).description(`${nl} / ${en}`).helpCommand(false);
  const replay = noun('replay', 'heraflevering: plan, goedkeuring, run, toets, verslag', 'redelivery: plan, approval, run, verification, report');
  for (const add of [planCommand, decideCommands, startCommand, changeCommands, showCommands]) add(replay, tree);
  parkedCommands(noun('parked', 'wat een mens nodig heeft', 'what needs a person'), tree);
  const event = noun('event', 'gebeurtenissen', 'events');
  for (const add of [publishCommand, traceCommand, tailCommand]) add(event, tree);
  subscriptionCommands(noun('subscription', 'abonnementen', 'subscriptions'), tree);
  chainCommands(noun('chain', 'ketens', 'chains'), tree);
  receiptCommands(noun('receipt', 'ontvangstbewijzen', 'receipts'), tree);
  schemaCommands(noun('schema', 'schema’s', 'schemas'), tree);
  helpCommand(program, tree);
  inherit(program);
  return program;
}

/** Every command throws instead of ending the process, and writes where the tree says. */
function inherit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inherit(child);
  }
}
