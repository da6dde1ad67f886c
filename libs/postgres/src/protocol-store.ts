import type { Protocol } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import type { Queryable } from './statement.js';

/** Who changed a protocol, and why. */
export interface ProtocolChange {
  readonly by: string;
  readonly reason: string;
}

interface Row {
  readonly id: string;
  readonly version: number;
  readonly document: Omit<Protocol, 'id' | 'version' | 'withdrawn'>;
  readonly withdrawn: boolean;
}

/** The protocols, every version; read whole and kept in memory by who decides. */
export class PostgresProtocolStore {
  constructor(private readonly database: Queryable) {}

  /** All versions of all protocols, withdrawn ones too. */
  async list(): Promise<readonly Protocol[]> {
    const rows = await this.database.query<Row>({
      name: 'protocol-list',
      text: 'select id, version, document, withdrawn from protocol order by id, version',
    });
    return rows.map(protocolOf);
  }

  async find(id: string, version: number): Promise<Protocol | undefined> {
    const rows = await this.database.query<Row>({
      name: 'protocol-find',
      text: 'select id, version, document, withdrawn from protocol where id = $1 and version = $2',
      values: [id, version],
    });
    return rows[0] && protocolOf(rows[0]);
  }

  /** Adds a version. Adding the same one again changes nothing; another document under the same version is a `conflict`. */
  async put(protocol: Protocol, change: ProtocolChange): Promise<void> {
    const { id, version, withdrawn, ...document } = protocol;
    const rows = await this.database.query<{ same: boolean }>({
      name: 'protocol-put',
      text: `with added as (
               insert into protocol (id, version, document, withdrawn, put_by, reason) values ($1, $2, $3::jsonb, $4, $5, $6)
               on conflict (id, version) do nothing returning true as same)
             select same from added union all
             select document = $3::jsonb from protocol where id = $1 and version = $2 limit 1`,
      values: [id, version, JSON.stringify(document), withdrawn, change.by, change.reason],
    });
    if (rows[0]?.same === false)
      throw problem('conflict', { reason: `${id}@${version} stands with another text; make a new version` });
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

const protocolOf = ({ id, version, document, withdrawn }: Row): Protocol => ({ ...document, id, version, withdrawn });
