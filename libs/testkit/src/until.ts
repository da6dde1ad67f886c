import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves as soon as `holds` is true; throws with `what` when it is still not after 20 s. For waiting on real services only. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain: ${what}`);
    await sleep(20);
  }
}
