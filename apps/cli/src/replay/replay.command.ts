import type { Command } from 'commander';
import type { Tree } from '../leaf.js';
import { changeCommands } from './change.command.js';
import { decideCommands } from './decide.command.js';
import { exportCommands } from './export.command.js';
import { planCommand } from './plan.command.js';
import { showCommands } from './show.command.js';
import { startCommand } from './start.command.js';

/** `kruispunt replay …`, in the order of the walk: plan → approve → start → change → look. */
export function replayCommands(replay: Command, tree: Tree): void {
  for (const add of [planCommand, decideCommands, startCommand, changeCommands, showCommands, exportCommands])
    add(replay, tree);
}
