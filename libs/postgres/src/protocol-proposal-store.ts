import type { Protocol, ProtocolProposal } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import { isConflictOn } from './database-problem.js';
import type { Queryable } from './statement.js';

interface Row {
  readonly id: string;
  readonly version: number;
  readonly document: Omit<Protocol, 'id' | 'version' | 'withdrawn'>;
  readonly replaces: number | null;
  readonly digest: string;
  readonly state: ProtocolProposal['state'];
  readonly proposed_by: string;
  readonly reason: string;
  readonly proposed_at: Date;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  readonly decision_reason: string | null;
}

/** A text as it is written down; who decides it comes later. */
export type NewProposal = Pick<ProtocolProposal, 'protocol' | 'replaces' | 'digest' | 'proposedBy' | 'reason'>;
export interface ProposalDecision {
  readonly verdict: 'approved' | 'rejected';
  readonly digest: string;
  readonly by: string;
  readonly reason: string;
}

/** Texts of protocols on their way to being law. Give it a transaction, and what it writes can be taken back (`Database.rehearse`). */
export class PostgresProtocolProposalStore {
  constructor(private readonly database: Queryable) {}

  /** The open ones; with `id` and `version` the latest under that number, whatever became of it. */
  async list(only?: { readonly id: string; readonly version: number }): Promise<readonly ProtocolProposal[]> {
    const rows = await this.database.query<Row>({
      name: 'protocol-proposals',
      text: `select distinct on (id, version) * from protocol_proposal
             where case when $1::text is null then state = 'proposed' else id = $1 and version = $2 end order by id, version, n desc`,
      values: [only?.id ?? null, only?.version ?? null],
    });
    return rows.map(proposalOf);
  }

  /** Writes a text down. `conflict` when another text is open or in force under its number, or what it replaces is not in force. */
  async add({ protocol, replaces, digest, proposedBy, reason }: NewProposal): Promise<ProtocolProposal> {
    const { id, version, withdrawn: _, supersededBy: __, ...document } = protocol;
    await this.mustBeFree(id, version, replaces);
    try {
      const rows = await this.database.query<Row>({
        name: 'protocol-propose',
        text: `insert into protocol_proposal (id, version, document, replaces, digest, proposed_by, reason)
               values ($1, $2, $3::jsonb, $4, $5, $6, $7) returning *`,
        values: [id, version, JSON.stringify(document), replaces ?? null, digest, proposedBy, reason],
      });
      return proposalOf(rows[0]!);
    } catch (thrown) {
      if (isConflictOn(thrown, 'protocol_proposal_open'))
        throw problem('conflict', { reason: `${id}@${version} is proposed already; reject it first` }, thrown);
      throw thrown;
    }
  }

  /** Decides an open text with this digest; an approved one is in force at once, in the place of what it replaces. `conflict` when it is decided meanwhile. */
  async decide(id: string, version: number, { verdict, digest, by, reason }: ProposalDecision): Promise<void> {
    const rows = await this.database.query<Row>({
      name: 'protocol-decide',
      text: `update protocol_proposal set state = $4, decided_by = $5, decided_at = now(), decision_reason = $6
             where id = $1 and version = $2 and digest = $3 and state = 'proposed' and ($4 = 'rejected' or proposed_by <> $5) returning *`,
      values: [id, version, digest, verdict, by, reason],
    });
    const decided = rows[0];
    if (!decided) throw problem('conflict', { reason: 'decided meanwhile' });
    if (verdict === 'rejected') return;
    await this.mustBeFree(id, version, decided.replaces ?? undefined);
    await this.database.query({
      name: 'protocol-in-force',
      text: `with ended as (update protocol set withdrawn = true, superseded_by = $2, ended_by = $6, ended_at = now(), end_reason = 'replaced'
                            where id = $1 and version = $4 and not withdrawn)
             insert into protocol (id, version, document, put_by, reason, approved_by) values ($1, $2, $3::jsonb, $5, $7, $6)`,
      values: [
        id,
        version,
        JSON.stringify(decided.document),
        decided.replaces,
        decided.proposed_by,
        by,
        decided.reason,
      ],
    });
  }

  private async mustBeFree(id: string, version: number, replaces: number | undefined): Promise<void> {
    const rows = await this.database.query<{ version: number; withdrawn: boolean }>({
      name: 'protocol-versions',
      text: 'select version, withdrawn from protocol where id = $1 for update',
      values: [id],
    });
    if (rows.some((row) => row.version === version))
      throw problem('conflict', { reason: `${id}@${version} stands already; make a new version` });
    if (replaces !== undefined && !rows.some((row) => row.version === replaces && !row.withdrawn))
      throw problem('conflict', { reason: `${id}@${replaces}, whose place it takes, is not in force` });
  }
}

const proposalOf = (row: Row): ProtocolProposal => ({
  protocol: { ...row.document, id: row.id, version: row.version, withdrawn: false },
  digest: row.digest,
  state: row.state,
  proposedBy: row.proposed_by,
  reason: row.reason,
  proposedAt: row.proposed_at.getTime(),
  ...(row.replaces !== null && { replaces: row.replaces }),
  ...(row.decided_by !== null && { decidedBy: row.decided_by }),
  ...(row.decided_at !== null && { decidedAt: row.decided_at.getTime() }),
  ...(row.decision_reason !== null && { decisionReason: row.decision_reason }),
});
