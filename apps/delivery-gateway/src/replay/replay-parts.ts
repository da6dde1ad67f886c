import type { AuditTrail } from '@kruispunt/audit';
import type { Clock, Random } from '@kruispunt/clock';
import type { SchemaIds } from '@kruispunt/contracts';
import type { ApprovalRules } from '@kruispunt/delivery';
import type { LogAdmin, LogReader } from '@kruispunt/kafka';
import type {
  PostgresActs,
  PostgresReplayEvidence,
  PostgresReplayItemStore,
  PostgresReplayPlanStore,
  PostgresReplayRunStore,
  PostgresReplayStanding,
} from '@kruispunt/postgres';
import type { OperatorParts } from '../operate/perform.js';
import type { ReplayDoor } from './replay-door.js';

/** Everything a replay acts with; one injection token for the controller. */
export class ReplayParts {
  /** Plans this process is freezing now. */
  readonly freezing = new Set<string>();
  /** Verifications under way in this process. */
  readonly verifying = new Set<string>();

  constructor(
    readonly stores: {
      readonly acts: PostgresActs;
      readonly plans: PostgresReplayPlanStore;
      readonly runs: PostgresReplayRunStore;
      readonly items: PostgresReplayItemStore;
      readonly standing: PostgresReplayStanding;
      readonly evidence: PostgresReplayEvidence;
    },
    readonly log: { readonly reader: LogReader; readonly admin: LogAdmin; readonly schemaIds: SchemaIds },
    readonly door: ReplayDoor,
    readonly audit: AuditTrail,
    readonly ambient: { readonly clock: Clock; readonly random: Random; readonly approval: ApprovalRules },
  ) {}

  /** What acts of people are done with. */
  get operator(): OperatorParts {
    return { acts: this.stores.acts, audit: this.audit, clock: this.ambient.clock };
  }
}
