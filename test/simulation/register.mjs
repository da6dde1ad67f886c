// Lets Node run the TypeScript of this repository as it is written, and puts one seeded fault into it when asked to.
// KP_SIMULATION_MUTANT holds {file, find, replace}: `find` must stand in `file` exactly once, or nothing runs.
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(import.meta.dirname, '..', '..');
const mutant = process.env.KP_SIMULATION_MUTANT && JSON.parse(process.env.KP_SIMULATION_MUTANT);

function mutated(path, text) {
  if (!mutant || path !== join(root, mutant.file)) return text;
  const parts = text.split(mutant.find);
  if (parts.length !== 2) throw new Error(`the text of the mutant stands ${parts.length - 1} times in ${mutant.file}`);
  process.env.KP_SIMULATION_MUTATED = mutant.file;
  return parts.join(mutant.replace);
}

process.removeAllListeners('warning'); // stripTypeScriptTypes is experimental, and says so at each start
registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL) {
      const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
      if (existsSync(fileURLToPath(source))) return { url: source.href, format: 'module', shortCircuit: true };
    }
    return next(specifier, context);
  },
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
    const path = fileURLToPath(url);
    const source = stripTypeScriptTypes(mutated(path, readFileSync(path, 'utf8')), {
      mode: 'transform',
      sourceMap: true,
      sourceUrl: url,
    });
    return { format: 'module', source, shortCircuit: true };
  },
});
