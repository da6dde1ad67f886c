// Lets Node run the TypeScript of this repository as it is written: an import of './x.js' finds './x.ts'.
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL) {
      const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
      if (existsSync(fileURLToPath(source)))
        return { url: source.href, format: 'module-typescript', shortCircuit: true };
    }
    return next(specifier, context);
  },
});
