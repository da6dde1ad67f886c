import type { AuditReference } from '@kruispunt/audit';
import type { Caller } from '@kruispunt/policy';
import type { ReplayParts } from './replay-parts.js';

/** What an operator does, before it is done. */
export interface Act {
  readonly action: string;
  readonly reason: string;
  readonly ticket?: string | undefined;
  readonly replay?: string;
}

/** Writes the act into the audit trail, under the subscription it is about. Throws `audit-unavailable`; then nothing may be done. */
export async function writeAct(
  parts: Pick<ReplayParts, 'audit' | 'ambient'>,
  caller: Caller,
  subscription: { readonly id: string },
  act: Act,
): Promise<AuditReference> {
  const [reference] = await parts.audit.append([
    {
      kind: 'operator',
      at: parts.ambient.clock.now(),
      action: act.action,
      organisation: caller.organisation,
      application: 'delivery-gateway',
      user: caller.subject,
      subscription: subscription.id,
      reason: act.reason,
      ...(act.ticket !== undefined && { ticket: act.ticket }),
      ...(act.replay !== undefined && { replay: act.replay }),
    },
  ]);
  return reference!;
}
