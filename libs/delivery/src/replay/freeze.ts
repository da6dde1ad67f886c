import { createHash } from 'node:crypto';
import type { PlannedItem, PlanRequest } from './plan.js';

/** A plan lives this long; then it must be made again, for the log and the law have moved. */
export const planLifeMs = 24 * 60 * 60 * 1_000;

/** What the plan shows before anything is sent. Instants in ms; `estimatedMs` at the rate asked. */
export interface PlanSummary {
  readonly queued: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly byType: Readonly<Record<string, number>>;
  readonly byState: Readonly<Record<string, number>>;
  readonly subjects: number;
  readonly oldestAt: number | null;
  readonly newestAt: number | null;
  readonly payloadExpired: number;
  readonly notAllowed: number;
  /** Events the receiver has had already and will get again, with the same id. */
  readonly duplicates: number;
  readonly personal: boolean;
  readonly limited: boolean;
  readonly estimatedMs: number;
}

/** A key as a plan keeps it: hashed, for order and counting only. 16 hex digits. */
export const keyHash = (key: string): string => createHash('sha256').update(`key:${key}`).digest('hex').slice(0, 16);

/**
 * SHA-256 (hex) over what will be sent, to whom and in which order. The same request on the same log gives the same digest; approval
 * and start are bound to it. The reason, the ticket and who asked are not part of it.
 */
export function planDigest(
  request: Pick<PlanRequest, 'subscription' | 'intent' | 'order'>,
  items: readonly PlannedItem[],
): string {
  const hash = createHash('sha256');
  hash.update(`kruispunt-replay-plan/1\n${request.subscription}\n${request.intent}\n${request.order}\n`);
  for (const { candidate: c, state, reason } of items) {
    hash.update(
      JSON.stringify([
        c.position.topic,
        c.position.partition,
        c.position.offset,
        c.source,
        c.id,
        c.type,
        keyHash(c.key),
        state,
        reason ?? null,
      ]),
    );
    hash.update('\n');
  }
  return hash.digest('hex');
}

export function summarise(
  items: readonly PlannedItem[],
  options: { readonly limited: boolean; readonly ratePerSecond: number },
): PlanSummary {
  const queued = items.filter((item) => item.state === 'queued');
  const skipped = items.filter((item) => item.state === 'skipped');
  const times = queued.map((item) => item.candidate.loggedAt);
  return {
    queued: queued.length,
    skipped: countBy(skipped, (item) => item.reason ?? 'unknown'),
    byType: countBy(queued, (item) => item.candidate.type),
    byState: countBy(items, (item) => item.candidate.before),
    subjects: new Set(queued.map((item) => item.candidate.key)).size,
    oldestAt: times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b)),
    newestAt: times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b)),
    payloadExpired: skipped.filter((item) => item.reason === 'payload-expired').length,
    notAllowed: skipped.filter((item) => item.reason?.startsWith('not-allowed:')).length,
    duplicates: queued.filter((item) => item.candidate.before === 'delivered').length,
    personal: queued.some((item) => item.candidate.personal),
    limited: options.limited,
    estimatedMs: Math.ceil((queued.length / options.ratePerSecond) * 1_000),
  };
}

function countBy<T>(items: readonly T[], name: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(name(item), (counts.get(name(item)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
