import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inheritedEnv } from './inherited-env.js';
import { workspaceRoot } from './parts.js';

const run = promisify(execFile);

/** Deploy's own step: the operator's tool registers what is missing. Services never write to the registry. */
export async function registerSchemas(registryUrl: string): Promise<void> {
  const tool = join(workspaceRoot(), 'apps', 'cli', 'bin', 'kruispunt.mjs');
  const words = ['schema', 'register', '--reason', 'start of the system', '-o', 'json'];
  await run(process.execPath, [tool, ...words], {
    env: { ...inheritedEnv(), SCHEMA_REGISTRY_URL: registryUrl },
    maxBuffer: 1 << 24,
  });
}
