import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** A child that writes its output to a file and can be stopped within a bound. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves with what ended it: an exit code or a signal name. */
  readonly ended: Promise<number | string>;
  running(): boolean;
  /** Asks with `signal`, waits up to `graceMs`, then kills. */
  stop(signal?: NodeJS.Signals, graceMs?: number): Promise<void>;
  /** SIGKILL, at once; resolves when the process is gone. */
  kill(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

export interface ChildOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly logFile: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Keep a pipe to the child's stdin: when this process dies, the pipe closes and the child can end itself. */
  readonly pipeStdin?: boolean;
}

/** Starts a program; its standard output and error are appended to `logFile`. */
export function startChild(options: ChildOptions): Child {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  const spawnOptions: SpawnOptions = {
    stdio: [options.pipeStdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    // A group of its own: Ctrl-C reaches the supervisor only, which then stops its children in order.
    detached: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid ?? options.uid }),
  };
  const child: ChildProcess = spawn(options.command, [...options.args], spawnOptions);
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  child.stdin?.on('error', () => undefined);
  let alive = true;
  const ended = new Promise<number | string>((resolve) => {
    const end = (how: number | string) => {
      alive = false;
      resolve(how);
    };
    child.once('error', (error) => end(error.message));
    // Children of a killed child may still write: the pipes end when the last of them is gone.
    child.once('close', () => log.end());
    child.once('exit', (code, signal) => end(code ?? signal ?? 'unknown'));
  });
  const signal = (name: NodeJS.Signals) => {
    if (alive && child.pid !== undefined) process.kill(child.pid, name);
  };
  return {
    name: options.name,
    pid: child.pid ?? -1,
    ended,
    running: () => alive,
    signal,
    async kill() {
      if (alive) child.kill('SIGKILL');
      await ended;
    },
    async stop(name = 'SIGTERM', graceMs = 8_000) {
      if (!alive) return;
      child.kill(name);
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Polls `probe` until it answers true; throws when `child` ends first or `withinMs` pass, naming the log file. */
export async function untilReady(
  child: Child,
  logFile: string,
  probe: () => Promise<boolean>,
  withinMs = 60_000,
): Promise<void> {
  const until = Date.now() + withinMs;
  for (;;) {
    if (!child.running())
      throw new Error(`${child.name} ended (${await child.ended}) before it was ready; see ${logFile}`);
    if (await probe().catch(() => false)) return;
    if (Date.now() > until) throw new Error(`${child.name} was not ready within ${withinMs / 1000} s; see ${logFile}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}
