import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

/** What a person types behind `npm start --`. */
export interface Options {
  /** Stop after the day; the exit code says whether all expectations held. */
  readonly once: boolean;
  /** A folder whose feed events and persons are played too. */
  readonly data: string | undefined;
  /** Where the day is written as JSON. */
  readonly report: string | undefined;
  /** Start from empty data. */
  readonly fresh: boolean;
  readonly help: boolean;
}

/** Wrong usage: shown as it is, exit code 2. */
export class Usage extends Error {}

export const usage = `npm start -- [options]

  --once          stop after the day; exit code 0 only if every expectation held
  --data DIR      play the feed events (DIR/basisregisters/*.json) and persons (DIR/magda-persons.ndjson) of that folder too
  --report FILE   write the day as JSON
  --keep          keep the data of earlier starts (the default)
  --fresh         begin with empty data
  --help          this text
`;

/** Reads the arguments. Throws Usage with what is wrong; relative paths count from where the person stands. */
export function readOptions(args: readonly string[], cwd: string): Options {
  const options = {
    once: false,
    data: undefined as string | undefined,
    report: undefined as string | undefined,
    fresh: false,
    help: false,
  };
  let keep = false;
  const rest = [...args];
  const valueOf = (name: string, inline: string | undefined): string => {
    const value = inline ?? rest.shift();
    if (value === undefined || value.startsWith('--')) throw new Usage(`${name} needs a value`);
    return resolve(cwd, value);
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [name = '', inline] = word.split(/=(.*)/s);
    switch (name) {
      case '--once':
        options.once = true;
        break;
      case '--fresh':
        options.fresh = true;
        break;
      case '--keep':
        keep = true;
        break;
      case '--help':
      case '-h':
        options.help = true;
        break;
      case '--data':
        options.data = valueOf(name, inline);
        break;
      case '--report':
        options.report = valueOf(name, inline);
        break;
      default:
        throw new Usage(`unknown option: ${word}`);
    }
  }
  if (keep && options.fresh) throw new Usage('--keep and --fresh contradict each other');
  if (options.data !== undefined && !(existsSync(options.data) && statSync(options.data).isDirectory()))
    throw new Usage(`--data: there is no folder ${options.data}`);
  return options;
}
