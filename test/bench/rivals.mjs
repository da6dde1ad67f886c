// The engines a chain is measured against, each a process of its own in rivals/, installed there when a bench first asks for them.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { measured } from './measure.mjs';

const folder = join(import.meta.dirname, 'rivals');

/** npm ci in the folder of the rivals, once per lock file. */
export async function installRivals(tell) {
  const mark = join(folder, 'node_modules', '.lock');
  const digest = createHash('sha256')
    .update(await readFile(join(folder, 'package-lock.json')))
    .digest('hex');
  if (existsSync(mark) && (await readFile(mark, 'utf8')) === digest) return;
  tell('installing DBOS and Restate (npm ci)');
  await promisify(execFile)('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  await writeFile(mark, digest);
}

/** Starts rivals/<name>.mjs. `run(total)` answers the seconds that many instances took. */
export async function startEngine(name, env) {
  const child = spawn(process.execPath, [join(folder, `${name}.mjs`)], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise((_, reject) =>
    child.once('exit', (code) => reject(new Error(`the rival ${name} ended with ${code}`))),
  );
  ended.catch(() => undefined);
  const line = async () => (await Promise.race([lines.next(), ended])).value;
  if ((await line()) !== 'ready') throw new Error(`the rival ${name} did not start`);
  return {
    pid: child.pid,
    run: async (total) => {
      child.stdin.write(`${total}\n`);
      return Number(await line());
    },
    stop: () => child.stdin.end(),
  };
}

/** An engine doing `total` instances; `pids` beyond its own are part of its price. */
export const engineSide = (engine, total, pids) => () =>
  measured(async () => (await engine.run(total), total), { pids: [engine.pid, ...pids], self: false });
