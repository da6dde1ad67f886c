// What must hold before a commit leaves this machine, in under 90 s on two cores: two lanes side by side, each step timed.
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
const lanes = [
  [
    ['types', ['npm', 'run', '-s', 'typecheck']],
    ['generated code equals its sources', ['npm', 'run', '-s', 'codegen:check']],
    ['architecture and documents', [...jest, 'test/architecture', 'test/docs']],
    [
      'pure specs',
      [...jest, '--testPathIgnorePatterns', 'broker\\.spec\\.ts$', '/test/', '--testPathPatterns', '(libs|apps)/'],
    ],
  ],
  [
    ['lint', ['npm', 'run', '-s', 'lint']],
    ['format', ['npm', 'run', '-s', 'format:check']],
    ['dead code', ['npm', 'run', '-s', 'deadcode']],
  ],
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
await Promise.all(
  lanes.map(async (lane) => {
    for (const [title, command] of lane)
      await step(title, () => run(command)).catch((error) => {
        failed += 1;
        process.stderr.write(`${error.message}\n`);
      });
  }),
);
console.log(failed === 0 ? 'check: all is well' : `check: ${failed} of ${lanes.flat().length} steps failed`);
process.exit(failed === 0 ? 0 : 1);
