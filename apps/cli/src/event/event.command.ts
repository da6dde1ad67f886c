import type { Command } from 'commander';
import type { Tree } from '../leaf.js';
import { publishCommand } from './publish.command.js';
import { tailCommand } from './tail.command.js';
import { traceCommand } from './trace.command.js';

/** `kruispunt event …`. */
export function eventCommands(event: Command, tree: Tree): void {
  for (const add of [publishCommand, traceCommand, tailCommand]) add(event, tree);
}
