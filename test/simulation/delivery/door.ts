import type { Answer } from '@kruispunt/delivery';
import { mayReceive, type ReceiveVerdict } from '@kruispunt/policy';
import { protocol, startAt, typeOf, type Logged, type Party } from './scene.js';
import type { Leaving, Steps } from './leaving.js';
import { io, receive, type Stage } from './stage.js';

/** What one attempt came to, as in attempt-delivery.ts of the gateway. */
export type Attempted =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'suppressed'; readonly rule: string }
  | { readonly kind: 'cannot-tell'; readonly reason: string }
  | { readonly kind: 'postponed'; readonly afterMs: number };

/** What a process believes of the protocols: as old as its last look. */
export interface Picture {
  withdrawn: boolean;
}

/** May it leave now? The real filter and policy, on what the process believes now. */
export function judge(stage: Stage, picture: Picture, party: Party, event: Logged): ReceiveVerdict {
  const registered = party.registered.has(event.key);
  const match = party.matcher.match(event, registered);
  if (match.kind === 'no') return { kind: 'suppressed', rule: 'filter' };
  if (match.kind === 'cannot-tell') return match;
  const named = party.subscription.protocol !== undefined;
  const grant = { ...party.grant, protocol: named ? { ...protocol, withdrawn: picture.withdrawn } : undefined };
  return mayReceive(grant, {
    type: typeOf(event.place),
    envelope: event.envelope,
    payload: event.envelope.data,
    at: startAt + stage.schedule.now,
    loggedAt: startAt + event.loggedAt,
    registered,
  });
}

/** The one door to a receiver, for live delivery and replay: policy → audit intent → one attempt → audit outcome. */
export function* attempt(
  stage: Stage,
  from: { readonly picture: Picture; readonly name: string; readonly verdict?: ReceiveVerdict | undefined },
  { party, event }: { readonly party: Party; readonly event: Logged },
  leaving: Leaving,
): Steps<Attempted> {
  const { dice, witness, audit } = stage;
  yield io(stage);
  const verdict = judge(stage, from.picture, party, event);
  if (verdict.kind !== 'allowed') return verdict;
  yield io(stage);
  if (dice.oneIn(40)) return { kind: 'postponed', afterMs: 100 };
  witness.leaves(party, event, { ...leaving, from: from.name });
  const answer = yield* receive(stage, party, event, leaving);
  yield io(stage);
  const delivered = answer.kind === 'status' && answer.status === 200;
  audit.push({ sub: party.subscription.id, event, delivered, replay: leaving.replay });
  return { kind: 'answered', answer };
}
