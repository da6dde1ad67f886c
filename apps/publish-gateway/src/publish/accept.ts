import type { SchemaIds } from '@kruispunt/contracts';
import type { Clock } from '@kruispunt/clock';
import {
  toRecord,
  type EventLog,
  type HttpHeaders,
  type LogPosition,
  type LogRecord,
  type Parsed,
  type Refused,
} from '@kruispunt/event';
import type { Caller, PublishRules } from '@kruispunt/policy';
import { Problem } from '@kruispunt/problem';
import { sha256, type Receipt } from '../receipt/receipt.js';
import { allow } from './allow.js';
import { check, type CheckedEvent } from './check.js';
import { readRequest, type Mode } from './read-request.js';

/** A refusal with what was known by then. `event` is there when the event fits its contract; `rule` when policy decided. */
export type Refusal = Refused & { readonly event?: RefusedEvent; readonly rule?: string };
type RefusedEvent = { readonly id: string; readonly source: string; readonly type: string };

/** What became of one event: in the log, or refused. */
export type Verdict = { readonly kind: 'accepted'; readonly receipt: Receipt } | Refusal;

export interface Accepted {
  readonly mode: Mode;
  /** One per event of the request, in its order. */
  readonly verdicts: readonly Verdict[];
}

/** What accepting needs of the process. */
export interface AcceptParts {
  readonly log: EventLog;
  readonly schemaIds: SchemaIds;
  readonly rules: PublishRules;
  readonly clock: Clock;
  /** The proving ground: refuse numbers that may belong to a real person. */
  readonly testPersonsOnly: boolean;
}

/** An event that may go to the log, as its record. */
interface Ready {
  readonly kind: 'ready';
  readonly event: CheckedEvent;
  readonly record: LogRecord & { readonly value: Uint8Array };
}

/** The publishing door: parse → check → allow → append → receipt. */
export class Accept {
  constructor(private readonly parts: AcceptParts) {}

  /**
   * Takes the events of one request. A refusal of the whole request is thrown as its Problem, one of a single event is its verdict.
   * Throws `log-unavailable` when the log did not take the allowed ones: then none of this request counts as accepted.
   */
  async run(caller: Caller, headers: HttpHeaders, body: Uint8Array): Promise<Accepted> {
    const request = readRequest(headers, body);
    if (request.kind === 'refused') throw request.because;
    const now = this.parts.clock.now();
    const judged = request.items.map((item) => this.judge(caller, item, now));
    const ready = judged.filter((item) => item.kind === 'ready');
    const positions = ready.length === 0 ? [] : await this.parts.log.append(ready.map(({ record }) => record));
    const acceptedAt = new Date(this.parts.clock.now()).toISOString();
    const receipts = new Map(
      ready.map((item, i) => [item, receiptOf(item, positions[i]!, acceptedAt, caller.organisation)]),
    );
    const verdicts = judged.map((item): Verdict =>
      item.kind === 'refused' ? item : { kind: 'accepted', receipt: receipts.get(item)! },
    );
    return { mode: request.mode, verdicts };
  }

  private judge(caller: Caller, item: Parsed, now: number): Ready | Refusal {
    if (item.kind === 'refused') return item;
    const checked = check(item.event, { now, testPersonsOnly: this.parts.testPersonsOnly });
    if (checked.kind === 'refused') return checked;
    const { id, source, type } = checked.event.envelope;
    const allowed = allow(caller, checked.event, this.parts.rules, now);
    if (allowed.kind === 'refused') return { ...allowed, event: { id, source, type } };
    const ready = this.prepare(checked.event);
    return ready.kind === 'refused' ? { ...ready, event: { id, source, type } } : ready;
  }

  // What only this event lacks (an unregistered type, a value the encoder refuses) is its own refusal, not that of its batch.
  private prepare(event: CheckedEvent): Ready | Refusal {
    try {
      return {
        kind: 'ready',
        event,
        record: toRecord(event.envelope, event.type, this.parts.schemaIds) as Ready['record'],
      };
    } catch (thrown) {
      if (thrown instanceof Problem) return { kind: 'refused', because: thrown };
      throw thrown;
    }
  }
}

function receiptOf({ event, record }: Ready, position: LogPosition, acceptedAt: string, org: string): Receipt {
  const { id: eventId, source, type } = event.envelope;
  const { topic, partition, offset } = position;
  return { eventId, source, type, topic, partition, offset, valueSha256: sha256(record.value), acceptedAt, org };
}
