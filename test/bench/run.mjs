// npm run bench -- [log gateway transport chain delivery latency] [--quick]: each bench against a named rival in the same run.
// Without a selection everything runs and docs/reference/benchmarks.md is written; a selection or --quick only prints.
import { writeFile } from 'node:fs/promises';
import { step } from '../../docker/progress.mjs';
import { page, section } from './page.mjs';
import { openWorld } from './world.mjs';

const names = ['log', 'gateway', 'transport', 'chain', 'delivery', 'latency'];
/** What the issue calls publishing is two benches: the log itself, and the way into it. */
const groups = { publish: ['log', 'gateway'] };

const args = process.argv.slice(2);
const quick = args.includes('--quick');
const asked = args.filter((arg) => !arg.startsWith('--')).flatMap((name) => groups[name] ?? [name]);
const unknown = [...asked.filter((name) => !names.includes(name)), ...args.filter((arg) => arg.startsWith('--') && arg !== '--quick')];
if (unknown.length > 0) {
  console.error(`no bench or option ${unknown.join(', ')}: ${[...Object.keys(groups), ...names].join(', ')}, --quick`);
  process.exit(2);
}
const selected = asked.length > 0 ? names.filter((name) => asked.includes(name)) : names;
const whole = selected.length === names.length && !quick;
const started = performance.now();

const world = await step('services', openWorld);
let stopping;
const close = () => (stopping ??= step('stop', () => world.close()));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void close().finally(() => process.exit(130)));

const sections = [];
let failed = 0;
try {
  for (const name of selected) {
    const bench = await import(`./${name}.mjs`);
    try {
      const result = await step(`bench ${name}`, (tell) => bench.run(world, { quick, tell }));
      sections.push(section({ ...bench, result }));
      console.log(`\n${sections.at(-1)}\n`);
    } catch (error) {
      failed += 1;
      console.error(`bench ${name} failed:`, error);
    }
  }
} finally {
  await close();
}
const seconds = (performance.now() - started) / 1000;
if (whole && failed === 0) {
  await writeFile(new URL('../../docs/reference/benchmarks.md', import.meta.url), page({ command: 'npm run bench', seconds, sections }));
  console.log('written: docs/reference/benchmarks.md');
}
console.log(`bench: ${selected.length - failed} of ${selected.length} in ${Math.round(seconds)} s`);
process.exit(failed === 0 ? 0 : 1);
