import type { AuditTrail } from '@kruispunt/audit';
import type { Clock } from '@kruispunt/clock';
import type { PostgresActs, PostgresParkedStore } from '@kruispunt/postgres';
import type { ReplayParts } from '../replay/replay-parts.js';

/** Everything the parked verbs act with; one injection token for the controller. */
export class ParkedParts {
  constructor(
    readonly store: PostgresParkedStore,
    readonly acts: PostgresActs,
    readonly audit: AuditTrail,
    readonly clock: Clock,
    /** To retry a group is to plan a replay of it. */
    readonly replay: ReplayParts,
  ) {}
}
