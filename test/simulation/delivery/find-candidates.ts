import { compileRequest, type Candidate, type PlanRequest } from '@kruispunt/delivery';
import { judge } from './door.js';
import { partitionOf, places, startAt, topicOf, type Logged, type Party } from './scene.js';
import type { Stage } from './stage.js';
import { standingOf } from './standing.js';

/** What the log and the stores hold for a request, as find-candidates.ts of the gateway finds it. */
export function candidatesOf(
  stage: Stage,
  party: Party,
  request: PlanRequest,
): readonly { readonly candidate: Candidate; readonly event: Logged }[] {
  const wanted = compileRequest(request);
  const { id } = party.subscription;
  const delivered = new Set(stage.audit.filter((l) => l.sub === id && l.delivered).map((l) => l.event.id));
  return places.flatMap((place) =>
    stage.witness.of(party, place).flatMap((event) => {
      const candidate: Candidate = {
        position: { topic: topicOf(place), partition: partitionOf(place), offset: event.offset },
        id: event.id,
        source: event.envelope.source,
        type: event.envelope.type,
        key: event.key,
        loggedAt: event.loggedAt + startAt,
        personal: topicOf(place) === 'person',
        before: standingOf(stage.database, id, event, delivered),
        verdict: judge(stage, { withdrawn: stage.database.withdrawn }, party, event),
      };
      const only = request.intent !== 'failed' || candidate.before === 'parked';
      return only && wanted(candidate) ? [{ candidate, event }] : [];
    }),
  );
}
