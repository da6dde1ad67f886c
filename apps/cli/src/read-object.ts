import { CliFailure, exits } from './failure.js';
import { readText } from './read-text.js';
import type { World } from './shell.js';

/** The JSON object in a file, or on standard input for `-`. Exit 2 when there is none. */
export async function readObject(name: string, world: Pick<World, 'stdin'>): Promise<object> {
  const text = await readText(name, world);
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found;
  } catch {
    // Said below, with the name of the file.
  }
  throw new CliFailure(exits.usage, { nl: `${name} bevat geen JSON-object`, en: `${name} holds no JSON object` });
}
