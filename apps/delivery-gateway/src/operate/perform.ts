import assert from 'node:assert';
import type { AuditReference, AuditTrail } from '@kruispunt/audit';
import type { Clock } from '@kruispunt/clock';
import type { Caller } from '@kruispunt/policy';
import type { PostgresActs, Transaction } from '@kruispunt/postgres';

/** What every act of a person is done with. */
export interface OperatorParts {
  readonly acts: PostgresActs;
  readonly audit: AuditTrail;
  readonly clock: Clock;
}

/** What a person does, and why. `dryRun`: everything happens but the audit line and the commit. */
export interface Act {
  readonly action: string;
  readonly reason: string;
  readonly dryRun: boolean;
  readonly ticket?: string | undefined;
  readonly replay?: string | undefined;
  /** `id@version`. */
  readonly protocol?: string | undefined;
}

/** Writes the act into the audit trail, under the subscription it is about; once the checks are done and before the commit. */
export type Tell = (about?: { readonly subscription: string }) => Promise<AuditReference>;

const unwritten: AuditReference = { id: 'dry-run', position: { topic: '', partition: 0, offset: 0 } };

/**
 * Does one act of a person: checks and changes in one transaction, then its audit line, then the commit. No line, no act: throws
 * `audit-unavailable` and nothing has happened. A refusal leaves no line. `work` must call `tell` at least once.
 */
export async function perform<T>(
  { acts, audit, clock }: OperatorParts,
  caller: Pick<Caller, 'organisation' | 'subject'>,
  act: Act,
  work: (tx: Transaction, tell: Tell) => Promise<T>,
): Promise<T> {
  const { action, reason, ticket, replay, protocol, dryRun } = act;
  let told = false;
  const tell: Tell = async (about) => {
    told = true;
    if (dryRun) return unwritten;
    const [reference] = await audit.append([
      {
        kind: 'operator',
        at: clock.now(),
        action,
        organisation: caller.organisation,
        application: 'delivery-gateway',
        user: caller.subject,
        reason,
        ...about,
        ...(ticket !== undefined && { ticket }),
        ...(replay !== undefined && { replay }),
        ...(protocol !== undefined && { protocol }),
      },
    ]);
    return reference!;
  };
  return acts.run(
    async (tx) => {
      const result = await work(tx, tell);
      assert(told, `${action} was done without a word in the audit trail`);
      return result;
    },
    { dryRun },
  );
}
