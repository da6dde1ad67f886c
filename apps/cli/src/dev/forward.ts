import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalKey } from './local-key.js';

const attemptMs = 15_000;
const retryMs = 1_000;

/** What the program on this machine answered. */
export interface Forwarded {
  readonly id: string;
  readonly type: string;
  readonly status: number;
  readonly ms: number;
}

interface Forward {
  readonly url: string;
  readonly key: LocalKey;
  readonly subscription: string;
  readonly now: () => number;
  readonly interrupted: AbortSignal;
  /** Told once per event that nobody answers yet. */
  readonly onSilence: (why: string) => void;
}

/**
 * Brings one event to a program on this machine, as a delivery: signed, same headers, no redirect followed. Any answer is an answer; while
 * nobody listens it waits and tries again. undefined when it was interrupted.
 */
export async function forward(
  event: { readonly id: string; readonly type: string },
  { url, key, subscription, now, interrupted, onSilence }: Forward,
): Promise<Forwarded | undefined> {
  const body = Buffer.from(JSON.stringify(event));
  for (let attempt = 1; !interrupted.aborted; attempt += 1) {
    const started = now();
    try {
      const answer = await fetch(url, {
        method: 'POST',
        body,
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(attemptMs), interrupted]),
        headers: {
          ...key.headers(event.id, started, body),
          'content-type': 'application/cloudevents+json; charset=utf-8',
          kpsubscription: subscription,
          kpattempt: String(attempt),
        },
      });
      await answer.body?.cancel();
      return { id: event.id, type: event.type, status: answer.status, ms: now() - started };
    } catch (thrown) {
      if (attempt === 1 && !interrupted.aborted) onSilence(thrown instanceof Error ? thrown.message : String(thrown));
      await sleep(retryMs, undefined, { signal: interrupted }).catch(() => undefined);
    }
  }
  return undefined;
}
