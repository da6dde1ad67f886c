import { readFileSync } from 'node:fs';
import { text as textOf } from 'node:stream/consumers';
import { CliFailure, exits } from './failure.js';
import type { World } from './shell.js';

/** The text of a file, or of standard input for `-`. Exit 2 when it cannot be read. */
export async function readText(name: string, world: Pick<World, 'stdin'>): Promise<string> {
  if (name === '-') return textOf(world.stdin);
  try {
    return readFileSync(name, 'utf8');
  } catch {
    throw new CliFailure(exits.usage, { nl: `${name} is niet te lezen`, en: `${name} cannot be read` });
  }
}
