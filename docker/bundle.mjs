// Makes one file of an app and all it imports: a process that would open two thousand modules opens one, and is ready in half the time.
// Part of each app's build, run in its folder: node ../../docker/bundle.mjs. Libraries have no src/main.ts and are left alone.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

const app = process.cwd();
const outfile = join(app, 'bundle', 'main.mjs');

/** Native code, and packages that find files of their own beside them. */
const external = ['@node-rs/crc32', '@platformatic/wasm-utils', 'pino'];

/** CommonJS packages inside still want these. */
const banner = `import { createRequire as bundleRequire } from 'node:module';
import { fileURLToPath as bundlePath } from 'node:url';
import { dirname as bundleFolder } from 'node:path';
const require = bundleRequire(import.meta.url);
const __filename = bundlePath(import.meta.url);
const __dirname = bundleFolder(__filename);`;

/** What Nest would use if it were installed stays an import that fails when it is asked for, as it does without a bundle. */
const absentStaysOutside = {
  name: 'absent-stays-outside',
  setup(build) {
    build.onResolve({ filter: /^[@a-z]/ }, async ({ path, pluginData, ...where }) => {
      if (pluginData === 'asked' || where.kind === 'entry-point') return undefined;
      const found = await build.resolve(path, { ...where, pluginData: 'asked' });
      return found.errors.length > 0 ? { path, external: true } : found;
    });
  },
};

/** A file keeps the address it had, so that it still finds what lies beside it (the migrations, say). */
const addressesStay = {
  name: 'addresses-stay',
  setup(build) {
    build.onLoad({ filter: /\.m?js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes('import.meta.')) return undefined;
      const url = `new URL(${JSON.stringify(relative(dirname(outfile), path))}, import.meta.url)`;
      const address = {
        url: `${url}.href`,
        filename: `bundlePath(${url})`,
        dirname: `bundleFolder(bundlePath(${url}))`,
      };
      const contents = text.replace(/import\.meta\.(url|filename|dirname)\b/g, (_, name) => address[name]);
      return { contents, loader: 'js' };
    });
  },
};

if (existsSync(join(app, 'src', 'main.ts'))) {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(app, 'dist', 'main.js')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    // Nest names its tokens, and logs its classes, by their names.
    keepNames: true,
    external,
    banner: { js: banner },
    plugins: [absentStaysOutside, addressesStay],
    logLevel: 'error',
  });
}
