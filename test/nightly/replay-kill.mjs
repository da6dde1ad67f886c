// Replay runs killed 200 times at random steps, on a real broker and database; npm test does it 15 times. A seed is printed; KRUISPUNT_SEED
// gives it back. Usage: node test/nightly/replay-kill.mjs [kills]
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const jest = join(root, 'node_modules/jest/bin/jest.js');
const child = spawn(
  process.execPath,
  ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, '-w', '1', 'replay-kill.broker.spec.ts'],
  { cwd: root, stdio: 'inherit', env: { ...process.env, KRUISPUNT_REPLAY_KILLS: process.argv[2] ?? '200' } },
);
child.once('exit', (code) => process.exit(code ?? 1));
