import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { CliFailure, exits } from './failure.js';
import type { World } from './shell.js';

/** A line that is longer is no line. Characters. */
const lineMax = 1_048_576;

/**
 * The lines of a file, or of standard input for `-`, one by one as they are read: in memory stands one line and one piece of the file.
 * `progress` is told how many bytes were read. Exit 2 when it cannot be read, or names the line that is too long.
 */
export async function* readLines(
  name: string,
  world: Pick<World, 'stdin'>,
  progress: (bytes: number) => void = () => undefined,
): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let [bytes, line, rest] = [0, 1, ''];
  for await (const piece of piecesOf(name, world)) {
    progress((bytes += piece.length));
    const lines = (rest + decoder.write(piece)).split('\n');
    rest = lines.pop()!;
    for (const one of lines) yield one;
    line += lines.length;
    if (rest.length > lineMax) {
      const limit = `${lineMax}`;
      throw new CliFailure(exits.usage, {
        nl: `${name}:${line} is langer dan ${limit} tekens`,
        en: `${name}:${line} is longer than ${limit} characters`,
      });
    }
  }
  rest += decoder.end();
  if (rest !== '') yield rest;
}

async function* piecesOf(name: string, world: Pick<World, 'stdin'>): AsyncGenerator<Buffer> {
  try {
    const stream = name === '-' ? world.stdin : createReadStream(name);
    for await (const piece of stream) yield typeof piece === 'string' ? Buffer.from(piece) : (piece as Buffer);
  } catch {
    throw new CliFailure(exits.usage, { nl: `${name} is niet te lezen`, en: `${name} cannot be read` });
  }
}
