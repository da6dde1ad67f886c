import { Command } from 'commander';
import { protocolCommands } from './access/protocols.command.js';
import { chainCommands } from './chain/chain.command.js';
import { decreeCommands } from './decree/decree.command.js';
import { devCommands } from './dev/dev.command.js';
import { eventCommands } from './event/event.command.js';
import { helpCommand } from './help.command.js';
import { commonOptions, type Tree } from './leaf.js';
import { parkedCommands } from './parked/parked.command.js';
import { receiptCommands } from './receipt/receipt.command.js';
import { replayCommands } from './replay/replay.command.js';
import { schemaCommands } from './schema/schema.command.js';
import { statusCommand } from './status/status.command.js';
import { subscriptionCommands } from './subscription/subscription.command.js';

const version = '0.1.0';

/** The whole tree: noun, then verb (operators.md §3). Replay first, for that is what operators come for. */
export function buildProgram(tree: Tree): Command {
  const program = new Command('kruispunt')
    .description('heraflevering en bediening van Kruispunt / redelivery and operation of Kruispunt')
    .version(version);
  program.exitOverride().configureOutput({
    writeOut: (text) => void tree.world.stdout.write(text),
    writeErr: (text) => void tree.world.stderr.write(text),
  });
  commonOptions(program);
  program.helpCommand(false);
  statusCommand(program, tree);
  const noun = (name: string, nl: string, en: string): Command =>
    program.command(name).description(`${nl} / ${en}`).helpCommand(false);
  const verbs = {
    nl: 'heraflevering: plan, goedkeuring, run, toets',
    en: 'redelivery: plan, approval, run, verification',
  };
  replayCommands(noun('replay', verbs.nl, verbs.en), tree);
  parkedCommands(noun('parked', 'wat een mens nodig heeft', 'what needs a person'), tree);
  eventCommands(noun('event', 'gebeurtenissen', 'events'), tree);
  subscriptionCommands(noun('subscription', 'abonnementen', 'subscriptions'), tree);
  protocolCommands(noun('access', 'wie wat mag', 'who may have what'), tree);
  chainCommands(noun('chain', 'ketens', 'chains'), tree);
  decreeCommands(noun('decree', 'een besluit over vele termijnen', 'a decree over many terms'), tree);
  receiptCommands(noun('receipt', 'ontvangstbewijzen', 'receipts'), tree);
  schemaCommands(noun('schema', 'schema’s', 'schemas'), tree);
  devCommands(noun('dev', 'voor wie een ontvanger bouwt', 'for who builds a receiver'), tree);
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
