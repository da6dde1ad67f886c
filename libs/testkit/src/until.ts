import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Resolves as soon as `holds` is true; throws with `what` when it is still not in time. For waiting on real services only: a busy
 * machine is not a broken promise, so nobody waits less than a minute. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
  const waitMs = Math.max(limitMs, 60_000);
  const end = performance.now() + waitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${waitMs} ms in vain: ${what}`);
    await sleep(20);
  }
}
