import type { Command } from 'commander';
import type { Tree } from '../leaf.js';
import { actCommands } from './act.command.js';
import { exportCommand } from './export.command.js';
import { lookCommands } from './look.command.js';

/** `kruispunt parked …`: look, then note, assign, discard, restore, retry; take it along. */
export function parkedCommands(parked: Command, tree: Tree): void {
  for (const add of [lookCommands, actCommands, exportCommand]) add(parked, tree);
}
