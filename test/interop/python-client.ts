import { execFile, execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { workspaceRoot } from '@kruispunt/embedded';

const run = promisify(execFile);

/** Whether this machine has a Python that can make a virtual environment. */
export function pythonIsThere(): boolean {
  try {
    execFileSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The Python of a virtual environment that holds exactly `requirements.txt`; made once, under the git-ignored folder. */
export async function pythonWithClients(): Promise<string> {
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const wanted = await readFile(requirements, 'utf8');
  const folder = join(workspaceRoot(), '.kruispunt', 'interop');
  const python = join(folder, 'bin', 'python');
  const stamp = join(folder, 'installed.txt');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return python;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '-r', requirements]);
  await writeFile(stamp, wanted);
  return python;
}
