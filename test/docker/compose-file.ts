import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const root = join(import.meta.dirname, '..', '..');

export interface Service {
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly args: { readonly APP: string } };
  readonly image?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly privileged?: boolean;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[]; readonly interval?: string; readonly retries?: number };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** docker/compose.yaml as a Docker engine reads it: anchors and merge keys resolved. */
export const composeFile = (): Compose =>
  parse(readFileSync(join(root, 'docker', 'compose.yaml'), 'utf8'), { merge: true }) as Compose;

/** What a variable is without an environment: `${NAME:?why}` must come from outside, `${NAME:-x}` is x. */
export const fromOutside = (value: string | number): readonly string[] =>
  [...String(value).matchAll(/\$\{(\w+)(?::?\?[^}]*)?\}/g)].map((found) => found[1]!);
