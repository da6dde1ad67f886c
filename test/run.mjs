// Every test, then one plain line: N passed, M failed. Arguments are jest's own (a path, -t …) and run only what they select.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const selected = process.argv.slice(2);

/** Specs share one broker, database and registry; e2e files start systems of their own and run one after the other. */
const rounds =
  selected.length > 0
    ? [{ name: 'selected', args: selected }]
    : [
        { name: 'specs', args: ['--testPathIgnorePatterns', '\\.e2e\\.ts$', '--maxWorkers=2'] },
        { name: 'e2e', args: ['--testMatch', '<rootDir>/test/**/*.e2e.ts', '--maxWorkers=1'] },
      ];

async function round({ name, args }) {
  const file = join(root, '.kruispunt', `jest-${name}.json`);
  await rm(file, { force: true });
  await new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        jest,
        '--json',
        `--outputFile=${file}`,
        ...args,
      ],
      { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    process.on('SIGINT', () => child.kill('SIGINT'));
    child.once('exit', resolve);
  });
  const report = await readFile(file, 'utf8').then(JSON.parse, () => undefined);
  // A file that does not even load ran no test of its own: it counts as one failure.
  return report
    ? { passed: report.numPassedTests, failed: report.numFailedTests + report.numRuntimeErrorTestSuites }
    : { passed: 0, failed: 1 };
}

await mkdir(join(root, '.kruispunt'), { recursive: true });
let passed = 0;
let failed = 0;
for (const one of rounds) {
  const result = await round(one);
  passed += result.passed;
  failed += result.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
