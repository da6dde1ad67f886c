import type { ProtocolProposal } from '@kruispunt/policy';
import type { ProtocolHistory } from '@kruispunt/postgres';

const instant = (at: number | null | undefined): string | null => (at == null ? null : new Date(at).toISOString());

/** A proposal as the API shows it. Instants as RFC 3339. */
export const proposalView = ({ proposedAt, decidedAt, ...proposal }: ProtocolProposal): object => ({
  ...proposal,
  proposedAt: instant(proposedAt),
  ...(decidedAt !== undefined && { decidedAt: instant(decidedAt) }),
});

/** A version that is or was in force, with the people behind it. */
export const historyView = ({ inForceAt, endedAt, ...history }: ProtocolHistory): object => ({
  ...history,
  inForceAt: instant(inForceAt),
  endedAt: instant(endedAt),
});
