#!/usr/bin/env node
// Plain JavaScript that any Node ≥ 20 runs. The program itself wants Node ≥ 22.12 (commander 15): on an older one it starts again
// under the Node that `npm ci` put into node_modules/.bin.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../bundle/main.mjs', import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);

function ownNode() {
  for (let folder = new URL('../', import.meta.url); folder.pathname !== '/'; folder = new URL('../', folder)) {
    const node = fileURLToPath(new URL('node_modules/.bin/node', folder));
    if (existsSync(node)) return node;
  }
  return undefined;
}

if (!existsSync(main)) {
  console.error(
    'kruispunt is not built yet: run "npm run build" in the workspace (npm start and npm test do so by themselves)',
  );
  process.exitCode = 1;
} else if (major > 22 || (major === 22 && minor >= 12)) {
  const { run } = await import('../bundle/main.mjs');
  await run();
} else {
  const node = ownNode();
  if (node === undefined) {
    console.error(
      `kruispunt needs Node 22.12 or newer (this is ${process.versions.node}): run "npm ci" in the workspace, which brings one`,
    );
    process.exitCode = 1;
  } else {
    const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
  }
}
