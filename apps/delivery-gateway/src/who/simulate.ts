import type { AuditEntry, AuditTrail } from '@kruispunt/audit';
import type { Clock } from '@kruispunt/clock';
import { catalogus, eventTypeOf, type SchemaIds } from '@kruispunt/contracts';
import { subjectsOf, type Subscription } from '@kruispunt/delivery';
import { subjectKey, type Envelope, type StoredEvent } from '@kruispunt/event';
import type { LogAdmin } from '@kruispunt/kafka';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import { isPersonal } from '../deliver/audit-line.js';
import type { CachedReader } from '../deliver/cached-reader.js';
import { writeCloudEvent } from '../deliver/write-webhook.js';
import type { Explained, Judge, TypedEvent } from '../match/judge.js';
import { readEntry } from '../match/prepare.js';
import { masked } from './masked.js';

export interface SimulateParts {
  readonly judge: Judge;
  readonly audit: AuditTrail;
  readonly admin: LogAdmin;
  readonly reader: CachedReader;
  readonly schemaIds: SchemaIds;
  readonly clock: Clock;
}

/** What would become of one event for one subscription, and by which rule. `fields` are the ones that would leave. */
export interface Simulated {
  readonly subscription: string;
  readonly name: string;
  readonly organisation: string;
  readonly gets: 'yes' | 'no' | 'cannot-tell';
  readonly rule: string;
  readonly fields: readonly string[];
  /** What would leave, the values masked. */
  readonly data?: object;
}

const recordsPerPartitionMax = 5_000;
const topicOf = new Map(catalogus.map(({ type, topic }) => [type, topic]));

/** Who would get events, and who not and why: the judge and the projection of the delivery itself; nothing leaves. */
export class Simulate {
  constructor(private readonly parts: SimulateParts) {}

  /**
   * One event as somebody wrote it, against these subscriptions. Throws `unknown-type`, `schema-mismatch`, and for an event about a person
   * `audit-unavailable`.
   */
  async event(
    caller: Caller,
    json: Readonly<Record<string, unknown>>,
    { among, reason }: { readonly among: readonly Subscription[]; readonly reason: string | undefined },
  ): Promise<readonly Simulated[]> {
    const typed = this.typed(json);
    await this.tell(caller, [typed], { action: 'simulate.event', reason });
    const concerned = among.filter(({ state }) => state !== 'ended');
    return Promise.all(
      concerned.map(async (s) => simulated(s, typed, (await this.parts.judge.explainAll(s, [typed]))[0]!)),
    );
  }

  /** The last events of its types that stand in the log, newest first. An audit line of each that is about a person comes first. */
  async last(
    caller: Caller,
    subscription: Subscription,
    { count, reason }: { readonly count: number; readonly reason: string | undefined },
  ): Promise<readonly (Simulated & { readonly event: object })[]> {
    const events = await this.latest(subscription, count);
    await this.tell(caller, events, { action: 'simulate.last', reason, subscription: subscription.id });
    const explained = await this.parts.judge.explainAll(subscription, events);
    return events.map((typed, i) => ({
      event: {
        id: typed.event.envelope.id,
        type: typed.event.envelope.type,
        at: new Date(typed.event.loggedAt).toISOString(),
        position: typed.event.position,
      },
      ...simulated(subscription, typed, explained[i]!),
    }));
  }

  private typed(json: Readonly<Record<string, unknown>>): TypedEvent {
    const type = eventTypeOf(String(json['type']));
    if (!type) throw problem('unknown-type', { eventType: String(json['type']).slice(0, 200) });
    const checked = type.codec.check(json['data']);
    if (!checked.ok) throw problem('schema-mismatch', { at: `/data${checked.at}`, reason: checked.reason });
    const envelope = { ...json, data: checked.value } as unknown as Envelope;
    const key = subjectKey(typeof json['subject'] === 'string' ? json['subject'] : '');
    const position = { topic: type.topic, partition: 0, offset: 0 };
    return { type, event: { envelope, key, position, loggedAt: this.parts.clock.now() } satisfies StoredEvent };
  }

  private async latest({ types }: Subscription, count: number): Promise<readonly TypedEvent[]> {
    const { admin } = this.parts;
    const topics = [...new Set(types.map((type) => topicOf.get(type) ?? ''))].filter((topic) => topic !== '');
    const found: TypedEvent[] = [];
    for (const topic of topics)
      for (const { partition, first, next } of await admin.offsets(topic))
        found.push(
          ...(
            await this.tail(
              { topic, partition },
              { from: Math.max(first, next - recordsPerPartitionMax), to: next },
              types,
            )
          ).slice(-count),
        );
    return found.sort((a, b) => b.event.loggedAt - a.event.loggedAt).slice(0, count);
  }

  private async tail(
    at: { readonly topic: string; readonly partition: number },
    { from, to }: { readonly from: number; readonly to: number },
    types: readonly string[],
  ): Promise<readonly TypedEvent[]> {
    const found: TypedEvent[] = [];
    for (let offset = from; offset < to;) {
      const batch = await this.parts.reader.stretch(at, offset);
      if ('passedBy' in batch) {
        offset = batch.passedBy;
        continue;
      }
      for (const entry of batch.entries) {
        if (entry.offset < offset || !types.includes(entry.headers['ce_type'] ?? '')) continue;
        const read = readEntry(entry, this.parts.schemaIds);
        if (read.event) found.push(read);
      }
      if (batch.next <= offset) break;
      offset = batch.next;
    }
    return found;
  }

  /** Whoever looks at an event about a person leaves a line, whatever comes of it; who is not the holder says why. */
  private async tell(
    caller: Caller,
    events: readonly TypedEvent[],
    act: { readonly action: string; readonly reason: string | undefined; readonly subscription?: string },
  ): Promise<void> {
    const { audit, clock } = this.parts;
    const { action, reason, subscription } = act;
    const lines = events.filter(isPersonal).map(({ event }): AuditEntry => {
      const about = subjectsOf(event)[0];
      const { id, source, type } = event.envelope;
      return {
        kind: 'operator',
        at: clock.now(),
        action,
        organisation: caller.organisation,
        application: 'delivery-gateway',
        user: caller.subject,
        event: { id, source, type, ...(subscription !== undefined && { position: event.position }) },
        ...(about !== undefined && { about }),
        ...(reason !== undefined && { reason }),
        ...(subscription !== undefined && { subscription }),
      };
    });
    await audit.append(lines);
  }
}

function simulated(s: Subscription, { event, type }: TypedEvent, { match, verdict }: Explained): Simulated {
  const who = { subscription: s.id, name: s.name, organisation: s.org };
  if (match.kind === 'no') return { ...who, gets: 'no', rule: `filter:${match.because}`, fields: [] };
  if (verdict === undefined || verdict.kind === 'suppressed')
    return { ...who, gets: 'no', rule: verdict?.rule ?? 'filter', fields: [] };
  if (verdict.kind === 'cannot-tell') return { ...who, gets: 'cannot-tell', rule: verdict.reason, fields: [] };
  const { fields, rule } = verdict;
  const { data } = writeCloudEvent(event, type, { fields });
  return {
    ...who,
    gets: s.state === 'active' ? 'yes' : 'no',
    rule: s.state === 'active' ? rule : `state:${s.state}`,
    fields,
    data: masked(data) as object,
  };
}
