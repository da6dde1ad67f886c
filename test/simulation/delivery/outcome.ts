import { nextAttempt, type Outcome } from '@kruispunt/delivery';
import type { Attempted } from './door.js';
import { ladder, type Logged, type Party } from './scene.js';
import type { Stage } from './stage.js';

const none = new Uint8Array();
/** Long enough for every process to hear that the subscription has ended. */
const endedMs = 2_000;

/** What becomes of an event after one attempt of the live delivery: outcome-of.ts of the gateway around the real table. */
export function outcomeOf(
  { dice, database, witness }: Stage,
  party: Party,
  made: { readonly event: Logged; readonly attempt: number; readonly attempted: Attempted },
): Outcome<string> {
  const { event, attempt, attempted } = made;
  switch (attempted.kind) {
    case 'suppressed':
      witness.suppressed(party, event, attempted.rule);
      return attempted;
    case 'postponed':
      return attempted;
    case 'cannot-tell':
      return { kind: 'parked', reason: none, record: 'cannot-tell' };
    case 'answered': {
      const next = nextAttempt(attempted.answer, { attempt, chance: dice.next() }, ladder);
      if (next.kind === 'delivered') return next;
      if (next.kind === 'later') return { ...next, reason: none };
      if (next.kind === 'parked') return { kind: 'parked', reason: none, record: next.error.class };
      database.states.set(party.subscription.id, 'ended');
      return { kind: 'postponed', afterMs: endedMs };
    }
    default:
      return attempted satisfies never;
  }
}
