import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { cyclesRule } from './rules/cycles.js';
import { declarationsRule } from './rules/declarations.js';
import { entrancesRule } from './rules/entrances.js';
import { environmentRule } from './rules/environment.js';
import { layersRule } from './rules/layers.js';
import { namesRule } from './rules/names.js';
import { placesRule } from './rules/places.js';
import { purityRule } from './rules/purity.js';
import { sizesRule } from './rules/sizes.js';
import { suppressionsIn, suppressionsRule } from './rules/suppressions.js';
import { toolsRule } from './rules/tools.js';
import { readWorkspace, workspaceOf, type Rule, type Workspace } from './workspace.js';

/** May only fall (style.md §8). */
const suppressionsMax = 12;

const root = new URL('../../', import.meta.url).pathname;
const fixtures = new URL('fixtures/', import.meta.url);

const rules: Readonly<Record<string, readonly [promise: string, rule: Rule]>> = {
  layers: ['imports follow the layers', layersRule],
  entrances: ['a package is entered by its name, through its entrance, and declared by who enters it', entrancesRule],
  declarations: ['what a package declares is exact, equal to the root, and used', declarationsRule],
  tools: ['Nest is known at the rim only, and each technology in its adapter', toolsRule],
  purity: ['core has no npm package, no input or output, no clock and no chance', purityRule],
  cycles: ['no import leads back to its own file', cyclesRule],
  names: ['names say what a thing is: no drawers, no inner barrels', namesRule],
  environment: ['the environment is read in main.ts only', environmentRule],
  suppressions: ['a rule is silenced only with a reason, and nothing is unfinished or skipped', suppressionsRule],
  places: ['nothing of one machine and no number of a real person stands in the tree', placesRule],
  sizes: ['nothing is more than twice as large as the guidance', sizesRule],
};

const placesFoundBy = (rule: Rule, workspace: Workspace): readonly string[] =>
  [...new Set(rule(workspace).map(({ path, line }) => `${path}:${line}`))].sort();

// A fixture is a small workspace in one text: `=== path` opens a file, and `✗` stands on each line the rule must find.
const mark = '✗';
const filesOf = (fixture: string): ReadonlyMap<string, string> =>
  new Map(
    fixture
      .split(/^=== /m)
      .slice(1)
      .map((file): [string, string] => {
        const end = file.indexOf('\n');
        return [file.slice(0, end), file.slice(end + 1)];
      }),
  );
const unmarked = (files: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map([...files].map(([path, text]) => [path, text.replaceAll(mark, '')]));
const seeded = (files: ReadonlyMap<string, string>): readonly string[] =>
  [...files]
    .flatMap(([path, text]) =>
      text.split('\n').flatMap((line, index) => (line.includes(mark) ? [`${path}:${index + 1}`] : [])),
    )
    .sort();

describe('the guard finds every seeded violation, and nothing beside them', () => {
  it.each(Object.keys(rules))('%s', (name) => {
    const files = filesOf(readFileSync(new URL(`${name}.txt`, fixtures), 'utf8'));
    const expected = seeded(files);
    expect(expected.length).toBeGreaterThan(0);
    expect(placesFoundBy(rules[name]?.[1] ?? (() => []), workspaceOf(unmarked(files)))).toEqual(expected);
  });

  it('has seeded violations for each of its rules', () => {
    expect(
      readdirSync(fixtures)
        .map((file) => file.replace('.txt', ''))
        .sort(),
    ).toEqual(Object.keys(rules).sort());
  });
});

describe('the tree', () => {
  let tree: Workspace;
  beforeAll(() => {
    tree = readWorkspace(root);
  });

  it('is the whole tree', () => {
    expect(tree.packages.size).toBeGreaterThanOrEqual(25);
    expect(tree.sources.length).toBeGreaterThan(100);
  });

  it.each(Object.entries(rules).map(([name, [promise, rule]]) => [promise, name, rule] as const))(
    '%s',
    (_promise, _name, rule) => {
      expect(rule(tree).map(({ path, line, says }) => `${path}:${line} ${says}`)).toEqual([]);
    },
  );

  it('says the layer of every package', () => {
    expect([...tree.packages.values()].filter(({ layer }) => layer === undefined).map(({ folder }) => folder)).toEqual(
      [],
    );
  });

  it('silences no more rules than it did', () => {
    expect(suppressionsIn(tree)).toBeLessThanOrEqual(suppressionsMax);
  });
});
