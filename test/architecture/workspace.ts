import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Source } from './source.js';

export const layers = ['app', 'nest', 'adapter', 'core', 'contract', 'kit'] as const;
export type Layer = (typeof layers)[number];

/** One package: its folder (`libs/event`), layer, and what it says it needs. */
export interface Package {
  readonly name: string;
  readonly folder: string;
  readonly layer: Layer | undefined;
  readonly declared: ReadonlySet<string>;
  /** The names it may be entered by: itself and its reasoned extras. */
  readonly entrances: ReadonlySet<string>;
}

export interface Workspace {
  readonly packages: ReadonlyMap<string, Package>;
  readonly sources: readonly Source[];
  /** Every other text of the tree a rule may want to read, by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly rootDeclared: ReadonlySet<string>;
}

/** What a rule finds: a place, and what is wrong there with what to do. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly says: string;
}

export type Rule = (workspace: Workspace) => readonly Violation[];

interface Manifest {
  readonly name: string;
  readonly exports?: Record<string, unknown>;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly nx?: { readonly tags?: readonly string[] };
}

const needs = (m: Manifest): ReadonlySet<string> =>
  new Set(Object.keys({ ...m.dependencies, ...m.devDependencies, ...m.optionalDependencies }));

function packageOf(path: string, text: string): Package {
  const manifest = JSON.parse(text) as Manifest;
  const tag = manifest.nx?.tags?.find((t) => t.startsWith('layer:'))?.slice('layer:'.length);
  return {
    name: manifest.name,
    folder: path.replace(/\/package\.json$/, ''),
    layer: layers.find((layer) => layer === tag),
    declared: needs(manifest),
    entrances: new Set(Object.keys(manifest.exports ?? {}).map((entrance) => join(manifest.name, entrance))),
  };
}

/** The workspace a set of files makes; a fixture and the real tree go the same way. */
export function workspaceOf(texts: ReadonlyMap<string, string>): Workspace {
  const manifests = [...texts].filter(([path]) => /^(apps|libs)\/[^/]+\/package\.json$/.test(path));
  const packages = manifests.map(([path, text]) => packageOf(path, text));
  const root = texts.get('package.json');
  return {
    packages: new Map(packages.map((p) => [p.name, p])),
    sources: [...texts].filter(([path]) => path.endsWith('.ts')).map(([path, text]) => new Source(path, text)),
    texts,
    rootDeclared: root === undefined ? new Set() : needs(JSON.parse(root) as Manifest),
  };
}

/** The package a file belongs to, or undefined for the workspace's own. */
export const ownerOf = (workspace: Workspace, path: string): Package | undefined =>
  [...workspace.packages.values()].find(({ folder }) => path.startsWith(`${folder}/`));

/** What a spec may use without its package depending on it: the kit, and the real services it starts on loopback. */
export const isTestKit = ({ layer, name }: Package): boolean => layer === 'kit' || name === '@kruispunt/embedded';

const read = [
  '{apps,libs}/*/package.json',
  '{apps,libs}/*/{src,sql,codegen}/**',
  '{apps,libs}/*/README.md',
  '{test,docs,docker,schemas}/**',
  '*.{md,json,mjs,yml}',
];
const leftOut = /(^|\/)(node_modules|dist|bundle|fixtures)(\/|$)|package-lock\.json$/;
const isText = /\.(ts|mjs|js|json|md|yml|yaml|sql|avsc|ndjson|sh)$/;

/** The real tree at `root`: what is written by hand or committed, not what is installed or built. */
export function readWorkspace(root: string): Workspace {
  const paths = globSync(read, { cwd: root, exclude: (path) => leftOut.test(path) }).map((path) =>
    path.replaceAll('\\', '/'),
  );
  const texts = paths.filter((path) => isText.test(path) && !leftOut.test(path));
  return workspaceOf(new Map([...new Set(texts)].sort().map((path) => [path, readFileSync(join(root, path), 'utf8')])));
}
