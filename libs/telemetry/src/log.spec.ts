import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..', '..');

/** Lines of a process that logs three promises and then ends in some way. */
async function linesOf(ending: string): Promise<readonly string[]> {
  const script = `import { openLog } from '@kruispunt/telemetry';
    const log = openLog({ service: 'proef', version: '1' });
    for (const count of [1, 2, 3]) log.info('promise kept', { count });
    ${ending}`;
  const words = ['--conditions=source', '--import', './test/simulation/register.mjs', '--input-type=module'];
  const { stdout } = await promisify(execFile)(process.execPath, [...words, '--eval', script], { cwd: root }).catch(
    (thrown: { stdout: string }) => thrown,
  );
  return stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: string }).msg);
}

const three = ['promise kept', 'promise kept', 'promise kept'];

it.each([
  ['', three],
  ['process.exit(3);', three],
  ["throw new Error('a bug');", three],
  ["log.error('promise broken'); process.kill(process.pid, 'SIGKILL');", [...three, 'promise broken']],
])(
  'a log is complete when its process ends by itself, by a fault, or right after an error: %s',
  async (ending, lines) => {
    expect(await linesOf(ending)).toEqual(lines);
  },
);
