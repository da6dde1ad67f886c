// From a bare machine to a running program: prerequisites, packages, embedded parts, build; then the program itself under Node 24.
// Runs on the system's own Node (≥ 20) and needs no package: node docker/bootstrap.mjs <start|test|bench|nightly> [arguments]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fetchParts } from './parts.mjs';
import { checkPrerequisites, Missing } from './prerequisites.mjs';
import { step } from './progress.mjs';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
const programs = {
  start: ['apps/proeftuin/bundle/main.mjs'],
  test: ['test/run.mjs'],
  bench: ['test/bench/run.mjs'],
  nightly: ['--conditions=source', '--import', './test/simulation/register.mjs', 'test/nightly/nightly.ts'],
};

/** Runs a tool to its end; its output is kept and shown only when it fails. */
function tool(command, args, tell = () => {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', PATH: `${bin}${delimiter}${process.env.PATH}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    const hear = (chunk) => {
      said += chunk;
      const line = String(chunk).trim().split('\n').at(-1);
      if (line) tell(line.slice(0, 80));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0
        ? resolve(said)
        : reject(
            new Missing(
              `${[command, ...args].join(' ')} ended with ${code}:\n${said.trim().split('\n').slice(-40).join('\n')}`,
            ),
          ),
    );
  });
}

/** npm ci, once per lock file. */
async function install() {
  const mark = join(root, 'node_modules', '.kruispunt-lock');
  const digest = createHash('sha256')
    .update(await readFile(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(mark) && (await readFile(mark, 'utf8')) === digest) return;
  await step('install packages (npm ci)', async (tell) => {
    await tool('npm', ['ci', '--no-audit', '--no-fund'], tell);
    await writeFile(mark, digest);
  });
}

/** The program takes over the terminal; signals are its affair, and we end as it ends. */
function run(script, args) {
  const child = spawn(join(bin, 'node'), [...script, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
  });
  process.on('SIGINT', () => {}); // Ctrl-C reaches the program by itself: it is in our group.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
}

const [, , name = 'start', ...rest] = process.argv;
const args = rest[0] === '--' ? rest.slice(1) : rest;
try {
  const script = programs[name];
  if (!script) throw new Missing(`nothing here is called ${name}: ${Object.keys(programs).join(', ')}`);
  const own = Boolean(process.env.KAFKA_BROKERS && process.env.SCHEMA_REGISTRY_URL);
  await checkPrerequisites({
    java: !own,
    maven: !own && !existsSync(join(root, '.kruispunt', 'parts', 'registry', '.pom')),
  });
  await install();
  await fetchParts();
  await step(
    'build',
    async (tell) => void (await tool(join(bin, 'nx'), ['run-many', '-t', 'build', '--output-style=static'], tell)),
  );
  run(script, args);
} catch (error) {
  process.stderr.write(`\n${error instanceof Missing ? error.message : error.stack}\n`);
  process.exit(1);
}
