import { ev, type SchemaIds } from '@kruispunt/contracts';
import { toRecord, unframe, type EventLog, type LogRecord } from '@kruispunt/event';
import { problem } from '@kruispunt/problem';
import { auditPayload } from './audit-payload.js';
import { AuditTrail, type AuditEntry, type AuditReference } from './audit-trail.js';
import { genesis, lineDigest, referenceOf } from './hash-chain.js';

export interface LogAuditTrailOptions {
  readonly log: EventLog;
  readonly schemaIds: SchemaIds;
  /** Unique for this start of this process (a UUID): two writers never share a chain. */
  readonly writer: string;
}

interface Waiting {
  readonly entries: readonly AuditEntry[];
  readonly resolve: (references: readonly AuditReference[]) => void;
  readonly reject: (reason: unknown) => void;
}

interface Head {
  readonly chain: string;
  sequence: number;
  digest: string;
}

/** How many lines one append to the log holds; more wait for the next one. */
const linesMax = 500;

/**
 * The audit trail in the log. One chain per writer, per key (subscription, else organisation), so that a chain lies in one
 * partition, in order. While one append is under way the next lines gather, and go together. States of a chain: growing, until an
 * append fails; then what the log holds of it is a whole beginning of it, and the next line starts a new chain.
 */
export class LogAuditTrail extends AuditTrail {
  private readonly heads = new Map<string, Head>();
  private readonly queue: Waiting[] = [];
  private chainsStarted = 0;
  private busy = false;

  constructor(private readonly options: LogAuditTrailOptions) {
    super();
  }

  append(entries: readonly AuditEntry[]): Promise<readonly AuditReference[]> {
    if (entries.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.queue.push({ entries, resolve, reject });
      if (!this.busy) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.busy = true;
    while (this.queue.length > 0) await this.write(this.takeGroup());
    this.busy = false;
  }

  private takeGroup(): readonly Waiting[] {
    let lines = 0;
    const fits = this.queue.findIndex((w, i) => (lines += w.entries.length) > linesMax && i > 0);
    return this.queue.splice(0, fits === -1 ? this.queue.length : fits);
  }

  private async write(group: readonly Waiting[]): Promise<void> {
    const touched = new Set<string>();
    try {
      const records = group.flatMap(({ entries }) => entries.map((entry) => this.link(entry, touched)));
      const positions = await this.options.log.append(records.map(({ record }) => record));
      const references = records.map(({ id }, i): AuditReference => ({ id, position: positions[i]! }));
      let from = 0;
      for (const { entries, resolve } of group) resolve(references.slice(from, (from += entries.length)));
    } catch (thrown) {
      for (const key of touched) this.heads.delete(key);
      const because = problem('audit-unavailable', {}, thrown);
      for (const { reject } of group) reject(because);
    }
  }

  private link(entry: AuditEntry, touched: Set<string>): { readonly id: string; readonly record: LogRecord } {
    const key = entry.subscription ?? entry.organisation;
    touched.add(key);
    const head = this.headOf(key);
    const id = referenceOf({ chain: head.chain, sequence: head.sequence });
    const data = auditPayload(entry, { reference: id, previous: head.digest });
    const type = ev.AuditGeregistreerdV1;
    const envelope = {
      specversion: '1.0' as const,
      id,
      source: `urn:kruispunt:dienst:${entry.application}`,
      type: type.type,
      subject: `urn:kruispunt:audit:${key}`,
      time: data.tijdstipRegistratie,
      data,
    };
    const record = toRecord(envelope, type, this.options.schemaIds);
    head.sequence += 1;
    head.digest = lineDigest(unframe(record.value!)!.avro);
    return { id, record };
  }

  private headOf(key: string): Head {
    const known = this.heads.get(key);
    if (known) return known;
    const chain = `${this.options.writer}-${this.chainsStarted++}`;
    const head: Head = { chain, sequence: 0, digest: genesis };
    this.heads.set(key, head);
    return head;
  }
}
