import type { AuditTrail } from '@kruispunt/audit';
import type { Clock, Random } from '@kruispunt/clock';
import type { Subscription } from '@kruispunt/delivery';
import { civilDate, type Caller } from '@kruispunt/policy';
import { PostgresRepertorium, type Database, type StoredRegistration } from '@kruispunt/postgres';
import { Problem, problem, toProblemJson } from '@kruispunt/problem';
import { readLine, type RegistrationWish } from './read-registration.js';

export interface RepertoriumParts {
  readonly database: Database;
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly random: Random;
}

/** What came of one line of an import. `line` counts from 1. */
export interface LineOutcome {
  readonly line: number;
  readonly outcome: 'registered' | 'unchanged' | 'unregistered' | 'absent' | 'refused';
  readonly problem?: object;
}

const linesMax = 1_000;
const pageMax = 1_000;

/** The repertorium of a subscription: which subjects it may hear of. Every change leaves an audit line first, and an announcement. */
export class ManageRepertorium {
  constructor(private readonly parts: RepertoriumParts) {}

  today(): string {
    return civilDate(this.parts.clock.now());
  }

  async register(
    caller: Caller,
    subscription: Subscription,
    registration: { readonly subject: string; readonly from: string; readonly to: string },
  ): Promise<void> {
    await this.tell(caller, subscription, 'subject.register', { about: registration.subject });
    await this.store().register(subscription, [registration], this.parts.random.uuid());
  }

  /** Throws `not-found` when it was not registered. */
  async unregister(caller: Caller, subscription: Subscription, subject: string): Promise<void> {
    await this.tell(caller, subscription, 'subject.unregister', { about: subject });
    const gone = await this.store().unregister(subscription.id, [subject], this.parts.random.uuid());
    if (gone.size === 0) throw problem('not-found', { at: 'key' });
  }

  /**
   * Up to 1 000 lines of ndjson: each its own outcome, in order; the good ones are done, whatever the others are. The same lines again change
   * nothing, so an import that broke off is begun again from any line. Throws `batch-too-large`, `audit-unavailable`.
   */
  async import(caller: Caller, subscription: Subscription, body: string): Promise<readonly LineOutcome[]> {
    const lines = body.split('\n').map((line) => line.trim());
    while (lines.at(-1) === '') lines.pop();
    if (lines.length > linesMax) throw problem('batch-too-large', { limit: linesMax });
    const today = this.today();
    const read = lines.map((line) => readLine(line, today));
    // A subject that stands twice in one import counts as its last line says.
    const last = new Map(read.flatMap((wish, i) => (wish instanceof Problem ? [] : [[wish.subject, i] as const])));
    const wishes = read.flatMap((wish, i) =>
      !(wish instanceof Problem) && last.get(wish.subject) === i ? [wish] : [],
    );
    await this.tell(caller, subscription, 'subject.import', { outcome: `${wishes.length} of ${lines.length} lines` });
    const outcomes = await this.apply(subscription, wishes);
    return read.map((wish, i): LineOutcome => {
      if (wish instanceof Problem) return { line: i + 1, outcome: 'refused', problem: toProblemJson(wish) };
      return { line: i + 1, outcome: last.get(wish.subject) === i ? outcomes.get(wish.subject)! : 'unchanged' };
    });
  }

  /** All of it, by subject, as it is read. */
  async *export(subscription: Subscription): AsyncGenerator<StoredRegistration> {
    for (let after: string | undefined; ;) {
      const page = await this.store().list(subscription.id, after, pageMax);
      yield* page;
      if (page.length < pageMax) return;
      after = page.at(-1)!.subject;
    }
  }

  private async apply(
    subscription: Subscription,
    wishes: readonly RegistrationWish[],
  ): Promise<ReadonlyMap<string, LineOutcome['outcome']>> {
    const cause = this.parts.random.uuid();
    const outcomes = new Map<string, LineOutcome['outcome']>();
    const joining = wishes.filter(({ kind }) => kind === 'register');
    const leaving = wishes.filter(({ kind }) => kind === 'unregister').map(({ subject }) => subject);
    await this.parts.database.transaction(async (tx) => {
      const store = new PostgresRepertorium(tx);
      const joined = joining.length === 0 ? [] : await store.register(subscription, joining, cause);
      joining.forEach(({ subject }, i) => outcomes.set(subject, joined[i]!));
      const gone = leaving.length === 0 ? new Set<string>() : await store.unregister(subscription.id, leaving, cause);
      for (const subject of leaving) outcomes.set(subject, gone.has(subject) ? 'unregistered' : 'absent');
    });
    return outcomes;
  }

  private store(): PostgresRepertorium {
    return new PostgresRepertorium(this.parts.database);
  }

  private async tell(
    caller: Caller,
    { id, hoedanigheid }: Subscription,
    action: string,
    more: { readonly about?: string; readonly outcome?: string },
  ): Promise<void> {
    await this.parts.audit.append([
      {
        kind: 'operator',
        at: this.parts.clock.now(),
        action,
        organisation: caller.organisation,
        application: 'delivery-gateway',
        user: caller.subject,
        subscription: id,
        hoedanigheid,
        ...more,
      },
    ]);
  }
}
