import type { Command } from 'commander';
import type { Tree } from '../leaf.js';
import { listenCommand } from './listen.command.js';
import { signCommand } from './sign.command.js';
import { verifyCommand } from './verify.command.js';

/** `kruispunt dev …`: for who builds a receiver. */
export function devCommands(dev: Command, tree: Tree): void {
  for (const add of [listenCommand, signCommand, verifyCommand]) add(dev, tree);
}
