import assert from 'node:assert';
import { createHash, hash } from 'node:crypto';
import type { LogPosition } from '@kruispunt/event';
import { CompactSet } from './compact-set.js';
import { compileRequest, plannedItem, type Candidate, type PlannedItem, type PlanRequest } from './plan.js';

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
export const keyHash = (key: string): string => hash('sha256', `key:${key}`, 'hex').slice(0, 16);

/** An item of a plan, with its key as a plan keeps it. */
export interface FrozenItem extends PlannedItem {
  readonly keyHash: string;
}

/** Lines of the digest are hashed together: a call costs more than the line. */
const linesPerHash = 256;

/**
 * Freezes a plan, event by event in log order (topic, partition, offset). Of an item it keeps counts, a running SHA-256 and 8 bytes of
 * its key, so that a plan over millions of events needs no memory for them.
 *
 * The digest is over what will be sent, to whom and in which order: the same request on the same log gives the same one; approval and
 * start are bound to it. The reason, the ticket and who asked are not part of it.
 */
export class Freezing {
  /** There was more than the request's `limit`: what follows is no part of the plan. */
  limited = false;
  private readonly wanted: (candidate: Candidate) => boolean;
  private readonly hash = createHash('sha256');
  private readonly keys = new CompactSet();
  private readonly counts = { queued: 0, payloadExpired: 0, notAllowed: 0, duplicates: 0 };
  private readonly skipped = new Map<string, number>();
  private readonly byType = new Map<string, number>();
  private readonly byState = new Map<string, number>();
  private oldestAt: number | null = null;
  private newestAt: number | null = null;
  private personal = false;
  private last: LogPosition | undefined;
  private lines: string[] = [];

  constructor(private readonly request: PlanRequest) {
    this.wanted = compileRequest(request);
    const { subscription, intent, order } = request;
    this.hash.update(`kruispunt-replay-plan/1\n${subscription}\n${intent}\n${order}\n`);
  }

  /** The item this event becomes; undefined: it is no part of the plan. */
  take(candidate: Candidate): FrozenItem | undefined {
    assert(isAfter(this.last, candidate.position), 'a plan is frozen in log order');
    this.last = candidate.position;
    if (this.limited || !this.wanted(candidate)) return undefined;
    const item = plannedItem(this.request.intent, candidate);
    if (item === undefined) return undefined;
    const { limit } = this.request;
    if (item.state === 'queued' && limit !== undefined && this.counts.queued >= limit) {
      this.limited = true;
      return undefined;
    }
    const frozen = { ...item, keyHash: keyHash(candidate.key) };
    if (this.lines.push(digestLine(frozen)) === linesPerHash) this.hashLines();
    this.count(item);
    return frozen;
  }

  /** What was frozen; nothing can be taken any more. `ratePerSecond`: what the duration is estimated at. */
  end(ratePerSecond: number): { readonly digest: string; readonly summary: PlanSummary } {
    this.hashLines();
    const summary = {
      ...this.counts,
      skipped: sorted(this.skipped),
      byType: sorted(this.byType),
      byState: sorted(this.byState),
      subjects: this.keys.size,
      oldestAt: this.oldestAt,
      newestAt: this.newestAt,
      personal: this.personal,
      limited: this.limited,
      estimatedMs: Math.ceil((this.counts.queued / ratePerSecond) * 1_000),
    };
    return { digest: this.hash.digest('hex'), summary };
  }

  private hashLines(): void {
    this.hash.update(this.lines.join(''));
    this.lines = [];
  }

  private count({ candidate: c, state, reason = 'unknown' }: PlannedItem): void {
    raise(this.byState, c.before);
    if (state === 'skipped') {
      raise(this.skipped, reason);
      if (reason === 'payload-expired') this.counts.payloadExpired += 1;
      if (reason.startsWith('not-allowed:')) this.counts.notAllowed += 1;
      return;
    }
    this.counts.queued += 1;
    raise(this.byType, c.type);
    this.keys.add(c.key);
    if (c.before === 'delivered') this.counts.duplicates += 1;
    this.personal ||= c.personal;
    this.oldestAt = Math.min(this.oldestAt ?? Infinity, c.loggedAt);
    this.newestAt = Math.max(this.newestAt ?? -Infinity, c.loggedAt);
  }
}

function digestLine({ candidate: c, keyHash: key, state, reason }: FrozenItem): string {
  const { topic, partition, offset } = c.position;
  return `${JSON.stringify([topic, partition, offset, c.source, c.id, c.type, key, state, reason ?? null])}\n`;
}

const isAfter = (last: LogPosition | undefined, { topic, partition, offset }: LogPosition): boolean =>
  last === undefined ||
  topic > last.topic ||
  (topic === last.topic && (partition > last.partition || (partition === last.partition && offset > last.offset)));

const raise = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);

const sorted = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
