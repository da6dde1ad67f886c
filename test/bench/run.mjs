// npm run bench -- [log gateway transport chain steps delivery match pull latency growth neighbours behind replay] [--quick]: each bench against a named rival in the same run.
// Without a selection everything runs and docs/reference/benchmarks.md is written; a selection or --quick only prints, unless --write.
import { writeFile } from 'node:fs/promises';
import { step } from '../../docker/progress.mjs';
import { page, section, unfinished } from './page.mjs';
import { openWorld } from './world.mjs';

const names = [
  'log',
  'gateway',
  'transport',
  'chain',
  'steps',
  'delivery',
  'match',
  'pull',
  'latency',
  'growth',
  'neighbours',
  'behind',
  'replay',
];
/** What the issue calls publishing is two benches: the log itself, and the way into it. */
const groups = { publish: ['log', 'gateway'] };

const args = process.argv.slice(2);
const [quick, write] = ['--quick', '--write'].map((option) => args.includes(option));
const asked = args.filter((arg) => !arg.startsWith('--')).flatMap((name) => groups[name] ?? [name]);
const unknown = [
  ...asked.filter((name) => !names.includes(name)),
  ...args.filter((arg) => arg.startsWith('--') && arg !== '--quick' && arg !== '--write'),
];
if (unknown.length > 0) {
  console.error(
    `no bench or option ${unknown.join(', ')}: ${[...Object.keys(groups), ...names].join(', ')}, --quick, --write`,
  );
  process.exit(2);
}
const selected = asked.length > 0 ? names.filter((name) => asked.includes(name)) : names;
const whole = selected.length === names.length && !quick;
const started = performance.now();

/** A broker, database and registry of its own for each bench: what one leaves in a topic must not be another's work. */
async function one(name) {
  const bench = await import(`./${name}.mjs`);
  const world = await step(`${name}: services`, openWorld);
  closing = () => world.close();
  try {
    const result = await step(`${name}: ${bench.title}`, (tell) => bench.run(world, { quick, tell }));
    return section({ ...bench, result });
  } finally {
    closing = () => {};
    await world.close();
  }
}

let closing = () => {};
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, async () => (await closing(), process.exit(130)));

const sections = [];
let failed = 0;
for (const name of selected) {
  try {
    sections.push(await one(name));
    console.log(`\n${sections.at(-1)}\n`);
  } catch (error) {
    failed += 1;
    console.error(`bench ${name} failed:`, error);
    sections.push(unfinished(await import(`./${name}.mjs`).catch(() => ({ title: name, about: '' })), error.message));
  }
}
const seconds = (performance.now() - started) / 1000;
if (whole || write) {
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  await writeFile(
    new URL('../../docs/reference/benchmarks.md', import.meta.url),
    page({ command, seconds, sections, quick }),
  );
  console.log('written: docs/reference/benchmarks.md');
}
console.log(`bench: ${selected.length - failed} of ${selected.length} in ${Math.round(seconds)} s`);
process.exit(failed === 0 ? 0 : 1);
