import type { Answer } from '@kruispunt/delivery';
import type { Dice } from '../dice.js';
import type { Schedule } from '../schedule.js';
import type { AuditLine, Leaving, Steps } from './leaving.js';
import type { Database } from './database.js';
import type { Logged, Party } from './scene.js';
import { isPoison } from './scene.js';
import type { ReplayTables } from './replay-tables.js';
import type { Witness } from './witness.js';

/** What all processes share: the log, the database, the audit trail, the receivers, time and chance. */
export interface Stage {
  readonly schedule: Schedule;
  readonly dice: Dice;
  readonly parties: readonly Party[];
  readonly log: ReadonlyMap<string, readonly Logged[]>;
  readonly database: Database;
  readonly replays: ReplayTables;
  readonly audit: AuditLine[];
  readonly witness: Witness;
}

/** Milliseconds that a word with the database or the log takes. */
export const io = (stage: Stage): number => stage.dice.below(5);

const deadlineMs = 250;

/** A receiver at work. What it processes it has, whatever becomes of its answer and of who asked. */
export function* receive(stage: Stage, party: Party, event: Logged, leaving: Leaving): Steps<Answer> {
  const { dice, schedule, witness } = stage;
  const { mode, poison, over } = party.receiver;
  const has = (ms: number) => schedule.after(ms, () => witness.got(party, event, leaving));
  const status = (code: number, retryAfterMs?: number): Answer => ({
    kind: 'status',
    status: code,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
  if (mode === 'dead') {
    yield 1;
    return { kind: 'failed', failure: 'refused' };
  }
  const takesMs = mode === 'slow' ? 50 + dice.below(300) : 1 + dice.below(10);
  const fails = mode === 'flaky' ? dice.below(4) : 3;
  if (over || (poison && isPoison(event)) || fails === 0 || mode === 'busy') {
    yield takesMs;
    if (over) return status(410);
    if (poison && isPoison(event)) return status(400);
    return mode === 'busy' ? status(429, dice.oneIn(2) ? dice.below(1_000_000) : undefined) : status(503);
  }
  has(takesMs);
  yield Math.min(takesMs, deadlineMs);
  // Processed, and then the answer got lost: a duplicate to come.
  return takesMs > deadlineMs || fails === 1 ? { kind: 'failed', failure: 'timeout' } : status(200);
}
