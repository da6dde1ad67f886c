// What must hold before a commit leaves this machine, in under 90 s on two cores: two steps side by side, each timed.
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { step } from '../docker/progress.mjs';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
const jest = [
  'node',
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '--maxWorkers=1',
];
/** The longest first: two at a time, whoever is free takes the next. */
const steps = [
  [
    'pure specs',
    // The simulators have a turn in `npm test`, and many in the nightly run.
    [
      ...jest,
      '--testPathIgnorePatterns',
      '(broker|simul\\w+)\\.spec\\.ts$',
      '/test/',
      '--testPathPatterns',
      '(libs|apps)/',
    ],
  ],
  ['lint', ['npm', 'run', '-s', 'lint']],
  ['format', ['npm', 'run', '-s', 'format:check']],
  ['architecture and documents', [...jest, 'test/architecture', 'test/docs']],
  ['types', ['npm', 'run', '-s', 'typecheck']],
  ['dead code', ['npm', 'run', '-s', 'deadcode']],
  ['generated code equals its sources', ['npm', 'run', '-s', 'codegen:check']],
];

const run = ([command, ...args]) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, KRUISPUNT_PURE: '1', CI: '1', PATH: `${bin}${delimiter}${process.env.PATH}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    child.stderr.on('data', (chunk) => (said += chunk));
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(said.trim().split('\n').slice(-60).join('\n'))),
    );
  });

let failed = 0;
const queue = steps.values();
const worker = async () => {
  for (const [title, command] of queue)
    await step(title, () => run(command)).catch((error) => {
      failed += 1;
      process.stderr.write(`${error.message}\n`);
    });
};
await Promise.all([worker(), worker()]);
console.log(failed === 0 ? 'check: all is well' : `check: ${failed} of ${steps.length} steps failed`);
process.exit(failed === 0 ? 0 : 1);
