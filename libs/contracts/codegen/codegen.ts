/** `npm run codegen` writes what schemas/ says; `npm run codegen:check` only compares and ends with 1 when something differs.
 * Both refuse to go on when the gate objects. `--release` also freezes the schemas as the next released revision. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AvroCodec } from '../src/codec.js';
import { gate, releasedPaths } from './gate.js';
import { readModel, type Model, type SchemaFile } from './read-model.js';
import { writeAsyncApi } from './write-asyncapi.js';
import { writeCatalogue, writeEventTypes, writeGemeenten, writeIndex } from './write-catalogue.js';
import { writeCatalogueDocs, writeGlossary } from './write-docs.js';
import { writeEventType, writeSharedTypes, type Output } from './write-types.js';

const root = join(import.meta.dirname, '../../..');
const source = 'libs/contracts/src';

/** Every generated file, by its path in the repository. */
function outputs(model: Model): Map<string, string> {
  const shared = writeSharedTypes(model);
  const types = model.files.map((file) => ({ ...file, ...writeEventType(model, file) }));
  const names = [...shared.names, ...types.flatMap((type) => type.names)];
  const double = names.find((name, at) => names.indexOf(name) !== at);
  if (double) throw new Error(`two schemas declare ${double}; give one another name, or share it under schemas/_types`);
  const inner = model.files.map((file, at) => ({ ...file, inner: types[at]!.names }));
  const code: Output[] = [
    shared,
    ...types.map(({ path, text }) => ({ path, text })),
    writeEventTypes(model.files),
    writeCatalogue(model),
    writeGemeenten(model),
    writeIndex(inner, shared.names),
  ];
  const docs: Output[] = [writeCatalogueDocs(model), writeGlossary(model), writeAsyncApi(model)];
  return new Map([
    ...code.map(({ path, text }) => [`${source}/${path}`, text] as const),
    ...docs.map(({ path, text }) => [path, text] as const),
  ]);
}

/** Golden bytes of types that have none yet. Existing ones are law: a spec compares them, nothing rewrites them. */
function goldens(files: readonly SchemaFile[]): Map<string, Uint8Array> {
  const missing = files
    .map((file) => [file, file.path.replace('.avsc', '.golden.avro')] as const)
    .filter(([, path]) => !existsSync(join(root, path)));
  return new Map(
    missing.map(([file, path]) => [
      path,
      new AvroCodec({ type: file.entry.type, version: file.entry.version }, () => file.schema).encode(example(file)),
    ]),
  );
}

const example = (file: SchemaFile): unknown =>
  JSON.parse(readFileSync(join(root, file.path.replace('.avsc', '.example.json')), 'utf8'));

/** Generated files on disk that nothing generates any more. */
function leftovers(wanted: ReadonlyMap<string, unknown>): string[] {
  const folder = join(root, source, 'generated');
  if (!existsSync(folder)) return [];
  const present = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  return present.map((path) => `${source}/generated/${path}`).filter((path) => !wanted.has(path));
}

const differs = (path: string, content: string | Uint8Array): boolean =>
  !existsSync(join(root, path)) || !readFileSync(join(root, path)).equals(Buffer.from(content));

/** `--release` freezes what differs from its last release: `released/v1.2.avsc` beside `v1.avsc`. */
function releases(files: readonly SchemaFile[]): Map<string, Uint8Array> {
  const frozen = new Map<string, Uint8Array>();
  for (const file of files) {
    const released = releasedPaths(root, file);
    const current = readFileSync(join(root, file.path));
    if (released.length > 0 && readFileSync(released.at(-1)!).equals(current)) continue;
    const stem = `${dirname(file.path)}/released/${basename(file.path, '.avsc')}`;
    frozen.set(`${stem}.${released.length + 1}.avsc`, current);
  }
  return frozen;
}

const model = readModel(root);
const objections = gate(root, model);
if (objections.length > 0) {
  for (const objection of objections) console.error(objection);
  process.exit(1);
}
const wanted = new Map<string, string | Uint8Array>([
  ...outputs(model),
  ...goldens(model.files),
  ...(process.argv.includes('--release') ? releases(model.files) : []),
]);
const stale = [...wanted].filter(([path, content]) => differs(path, content)).map(([path]) => path);
const gone = leftovers(wanted);

if (process.argv.includes('--check')) {
  for (const path of [...stale, ...gone]) console.error(`not as schemas/ says: ${path}`);
  if (stale.length + gone.length > 0) process.exitCode = 1;
  else console.log(`codegen: ${wanted.size} files are as schemas/ says`);
} else {
  for (const path of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), wanted.get(path)!);
  }
  for (const path of gone) rmSync(join(root, path));
  console.log(`codegen: ${stale.length} written, ${gone.length} removed, ${wanted.size - stale.length} as they were`);
}
