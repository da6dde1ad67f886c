import type { Protocol } from '@kruispunt/policy';
import type { Queryable } from './statement.js';

/** Who changed a protocol, and why. */
export interface ProtocolChange {
  readonly by: string;
  readonly reason: string;
}

/** A version with the people behind it. Instants in ms; null: it came before proposals were kept, or has not ended. */
export interface ProtocolHistory {
  readonly protocol: Protocol;
  readonly proposedBy: string;
  readonly reason: string;
  readonly approvedBy: string | null;
  readonly inForceAt: number;
  readonly endedBy: string | null;
  readonly endedAt: number | null;
  readonly endReason: string | null;
}

interface Row {
  readonly id: string;
  readonly version: number;
  readonly document: Omit<Protocol, 'id' | 'version' | 'withdrawn' | 'supersededBy'>;
  readonly withdrawn: boolean;
  readonly superseded_by: number | null;
}

/** The protocols that were approved, every version; read whole and kept in memory by who decides. */
export class PostgresProtocolStore {
  constructor(private readonly database: Queryable) {}

  /** All versions of all protocols, withdrawn ones too. */
  async list(): Promise<readonly Protocol[]> {
    return (await this.snapshot()).protocols;
  }

  /** The protocols with the revision they stand at: one statement, one moment. */
  async snapshot(): Promise<{ readonly revision: number; readonly protocols: readonly Protocol[] }> {
    const rows = await this.database.query<Row & { readonly revision: number }>({
      name: 'protocol-snapshot',
      text: `select r.revision, p.id, p.version, p.document, p.withdrawn, p.superseded_by from protocol_revision r left join protocol p on true
             order by p.id, p.version`,
    });
    return { revision: rows[0]?.revision ?? 0, protocols: rows.filter((row) => row.id !== null).map(protocolOf) };
  }

  async find(id: string, version: number): Promise<ProtocolHistory | undefined> {
    const rows = await this.database.query<Row & HistoryRow>({
      name: 'protocol-find',
      text: `select id, version, document, withdrawn, superseded_by, put_by, reason, put_at, approved_by, ended_by, ended_at, end_reason
             from protocol where id = $1 and version = $2`,
      values: [id, version],
    });
    return rows[0] && historyOf(rows[0]);
  }

  /** Ends a version for good: what depends on it is suppressed from the next decision on. Answers false when it was not in force. */
  async withdraw(id: string, version: number, change: ProtocolChange): Promise<boolean> {
    const rows = await this.database.query({
      name: 'protocol-withdraw',
      text: `update protocol set withdrawn = true, ended_by = $3, ended_at = now(), end_reason = $4
             where id = $1 and version = $2 and not withdrawn
             returning id`,
      values: [id, version, change.by, change.reason],
    });
    return rows.length > 0;
  }
}

interface HistoryRow {
  readonly put_by: string;
  readonly reason: string;
  readonly put_at: Date;
  readonly approved_by: string | null;
  readonly ended_by: string | null;
  readonly ended_at: Date | null;
  readonly end_reason: string | null;
}

const historyOf = (row: Row & HistoryRow): ProtocolHistory => ({
  protocol: protocolOf(row),
  proposedBy: row.put_by,
  reason: row.reason,
  approvedBy: row.approved_by,
  inForceAt: row.put_at.getTime(),
  endedBy: row.ended_by,
  endedAt: row.ended_at?.getTime() ?? null,
  endReason: row.end_reason,
});

const protocolOf = ({ id, version, document, withdrawn, superseded_by: supersededBy }: Row): Protocol => ({
  ...document,
  id,
  version,
  withdrawn,
  ...(supersededBy !== null && { supersededBy }),
});
