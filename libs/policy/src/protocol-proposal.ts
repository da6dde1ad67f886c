import { createHash } from 'node:crypto';
import { problem, type Problem } from '@kruispunt/problem';
import type { Protocol } from './protocol.js';

/** A version of a protocol on its way to being law: written down by one person, decided by another. Instants in ms. */
export interface ProtocolProposal {
  readonly protocol: Protocol;
  /** The version whose place it takes; undefined: it stands beside what there is. */
  readonly replaces?: number;
  /** SHA-256 (hex) over the text and what it replaces: what a decision is bound to. */
  readonly digest: string;
  readonly state: 'proposed' | 'approved' | 'rejected';
  readonly proposedBy: string;
  readonly reason: string;
  readonly proposedAt: number;
  readonly decidedBy?: string;
  readonly decidedAt?: number;
  readonly decisionReason?: string;
}

/** The digest of a text, the same whatever the order of its members. */
export function proposalDigest(protocol: Protocol, replaces: number | undefined): string {
  const { withdrawn: _, supersededBy: __, ...text } = protocol;
  return createHash('sha256')
    .update(canonical({ text, replaces: replaces ?? null }))
    .digest('hex');
}

/** May `by` decide this way on the text with this digest? The refusal, else undefined. Slugs: `conflict`, `plan-changed`. */
export function mayDecide(
  proposal: Pick<ProtocolProposal, 'state' | 'proposedBy' | 'digest'>,
  decision: { readonly by: string; readonly digest: string; readonly verdict: 'approved' | 'rejected' },
): Problem | undefined {
  if (proposal.state !== 'proposed') return problem('conflict', { reason: `it is ${proposal.state} already` });
  if (proposal.digest !== decision.digest)
    return problem('plan-changed', { reason: 'the text is another than the one that was seen' });
  if (decision.verdict === 'approved' && proposal.proposedBy === decision.by)
    return problem('conflict', { reason: 'who proposed a protocol does not approve it' });
  return undefined;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const sorted = members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
