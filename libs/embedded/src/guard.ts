import { spawn } from 'node:child_process';

/**
 * A watcher that outlives its supervisor: it hears the pids of the children over a pipe, and when the pipe closes without a
 * farewell (the supervisor was killed) it ends them. So nothing of a start is ever left running.
 */
export interface Guard {
  watch(pid: number): void;
  forget(pid: number): void;
  /** Ends the watcher; the children are the supervisor's affair again. */
  dismiss(): void;
}

const program = `
const pids = new Set();
let rest = '';
process.stdin.on('data', (chunk) => {
  rest += chunk;
  const lines = rest.split('\\n');
  rest = lines.pop();
  for (const line of lines) {
    if (line === 'bye') process.exit(0);
    const pid = Number(line.slice(1));
    if (line[0] === '+') pids.add(pid); else pids.delete(pid);
  }
});
const end = (signal) => { for (const pid of pids) try { process.kill(pid, signal); } catch {} };
process.stdin.on('end', () => { end('SIGTERM'); setTimeout(() => { end('SIGKILL'); process.exit(0); }, 5000); });
process.on('SIGINT', () => {}); process.on('SIGTERM', () => {}); process.on('SIGHUP', () => {});
`;

export function startGuard(): Guard {
  const watcher = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  const say = (line: string) => void watcher.stdin.write(`${line}\n`);
  return { watch: (pid) => say(`+${pid}`), forget: (pid) => say(`-${pid}`), dismiss: () => say('bye') };
}
