import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { gate } from './gate.js';
import { readModel } from './read-model.js';

const root = join(import.meta.dirname, '../../..');
let copy: string;

beforeEach(async () => {
  copy = await mkdtemp(join(tmpdir(), 'schemas-'));
  await cp(join(root, 'schemas'), join(copy, 'schemas'), { recursive: true });
});
afterEach(() => rm(copy, { recursive: true }));

/** Changes one file of the copy and answers what the gate says then. */
async function after(path: string, change: (text: string) => string | undefined): Promise<string[]> {
  const file = join(copy, 'schemas', path);
  const changed = change(await readFile(file, 'utf8'));
  if (changed === undefined) await rm(file);
  else await writeFile(file, changed);
  return gate(copy, readModel(copy));
}

describe('the gate before generating', () => {
  it('lets the schemas of this repository stand', () => {
    expect(gate(root, readModel(root))).toEqual([]);
  });

  it('objects to a copy of a shared type that is not as _types says', async () => {
    const said = await after('gebouwenregister/gebouw-gewijzigd/v1.avsc', (text) =>
      text.replace('"name": "epsg",\n                "type": "int"', '"name": "epsg",\n                "type": "long"'),
    );
    expect(said.join('\n')).toContain(
      'be.vlaanderen.basisregisters.v1.Geometrie is not as schemas/_types/geometrie.avsc says',
    );
  });

  it('objects to a change that its released revision does not allow', async () => {
    const said = await after('keten/gestart/v1.avsc', (text) => text.replace('"name": "keten"', '"name": "ketennaam"'));
    expect(said).toContain('schemas/keten/gestart/v1.avsc /keten: field was removed');
  });

  it('objects to a schema without example or README', async () => {
    expect(await after('keten/gestart/v1.example.json', () => undefined)).toContain(
      'schemas/keten/gestart/v1.example.json is missing',
    );
    expect(await after('keten/gestart/README.md', () => undefined)).toContain(
      'schemas/keten/gestart/README.md is missing',
    );
  });

  it('objects to a topic that is not declared', async () => {
    const said = await after('catalogus.yaml', (text) =>
      text.replace('name: be.vlaanderen.keten.keten.v1', 'name: be.vlaanderen.keten.ander.v1'),
    );
    expect(said.join('\n')).toContain('stands on be.vlaanderen.keten.keten.v1, which is not declared');
  });

  it('objects to a schema that the catalogue does not know as specified', async () => {
    const said = await after('catalogus.yaml', (text) =>
      text.replace('klasse: INTERN\n    status: specified', 'klasse: INTERN\n    status: reserved'),
    );
    expect(said.join('\n')).toContain('is not in catalogus.yaml');
  });

  it('objects to a type that nothing withdraws', async () => {
    const said = await after('catalogus.yaml', (text) => text.replace(/withdrawnBy: \[.*\]/, 'withdrawnBy: []'));
    expect(said.join('\n')).toContain('says no type that withdraws it');
  });
});
