import { problem } from '@kruispunt/problem';

/** One setting: where it comes from, how it is read, what it means. */
export interface Setting<T> {
  readonly env: string;
  readonly doc: string;
  readonly unit: string;
  readonly default?: T;
  readonly secret?: true;
  readonly parse: (text: string) => T;
}

type Options<T> = { readonly env: string; readonly doc: string; readonly default?: T; readonly secret?: true };

const setting =
  <T>(unit: string, parse: (text: string) => T) =>
  (options: Options<T>): Setting<T> => ({ ...options, unit, parse });

const integer = (unit: string) =>
  setting<number>(unit, (text) => {
    const n = Number(text);
    if (!Number.isSafeInteger(n) || n < 0) throw new Error(`expected a whole number of ${unit}`);
    return n;
  });

export const milliseconds = integer('ms');
export const bytes = integer('bytes');
export const count = integer('items');
export const port = integer('TCP port');
export const text = setting<string>('text', (t) => t);
export const list = setting<readonly string[]>('comma-separated list', (t) =>
  t
    .split(',')
    .map((s) => s.trim())
    .filter((s) => s !== ''),
);
export const flag = setting<boolean>('1 or 0', (t) => {
  if (t !== '0' && t !== '1') throw new Error('expected 1 or 0');
  return t === '1';
});
/** One of a closed set of words. */
export const choice = <const W extends string>(words: readonly W[], options: Options<W>): Setting<W> => ({
  ...options,
  unit: words.join(' | '),
  parse: (t) => {
    const word = words.find((w) => w === t);
    if (word === undefined) throw new Error(`expected one of ${words.join(', ')}`);
    return word;
  },
});

export type Definition = Readonly<Record<string, Setting<unknown>>>;
export type Values<D extends Definition> = { readonly [K in keyof D]: D[K] extends Setting<infer T> ? T : never };

/** A definition of settings; itself, so that the reference page can be generated from it. */
export const defineConfig = <D extends Definition>(definition: D): D => definition;

/**
 * Reads every setting of `definition` from `env`. Throws one `invalid-request` problem that names all that is wrong: a value
 * that does not parse, a missing one without default, and a `KP_` variable that no setting knows (`known` lists those of others).
 */
export function readConfig<D extends Definition>(
  definition: D,
  env: Readonly<Record<string, string | undefined>>,
  known: readonly string[] = [],
): Values<D> {
  const wrong: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, s] of Object.entries(definition)) {
    const given = env[s.env];
    if (given === undefined || given === '') {
      if (s.default === undefined) wrong.push(`${s.env} is missing (${s.doc})`);
      values[name] = s.default;
      continue;
    }
    try {
      values[name] = s.parse(given);
    } catch (error) {
      wrong.push(`${s.env}: ${(error as Error).message} (${s.doc})`);
    }
  }
  const names = new Set([...Object.values(definition).map((s) => s.env), ...known]);
  for (const name of Object.keys(env)) {
    if (name.startsWith('KP_') && !names.has(name)) wrong.push(`${name} is not a setting of this process`);
  }
  if (wrong.length > 0) throw problem('invalid-request', { at: 'environment', reason: wrong.join('; ') });
  return values as Values<D>;
}

/** The effective configuration for the start-up line: secrets masked, connection strings without their password. */
export const printable = <D extends Definition>(definition: D, values: Values<D>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(definition).map(([name, s]) => [name, s.secret ? '***' : (values as Record<string, unknown>)[name]]),
  );
