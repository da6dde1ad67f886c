import type { LogAdmin } from '@kruispunt/kafka';
import type { PostgresChainRouting } from '@kruispunt/postgres';
import { ketenIn } from './keten-in.js';

type Ends = ReadonlyMap<string, number>;

/** What is known of one partition of the inner topic, under one claim of it. */
interface Standing {
  readonly epoch: number;
  /** All input logged before this moment has been read. */
  passed: number;
  /** `at` has passed as soon as the partition is read up to `end`. */
  pending?: { readonly at: number; readonly end: number } | undefined;
  /** Early events that this process brought in and must read first. */
  mustRead: number;
}

/**
 * Up to which moment the input is read (I6): a term that lapses at T may do so only when everything logged before T has been
 * taken in, or a consumer that lags would refuse by silence what was answered in time. Two stages, each from the log's own ends and
 * never from clocks of others: at moment A the ends of all intake topics are noted; once the router is past them, the ends of the
 * inner topic; once a partition is past its end, A has passed for that partition.
 */
export class Watermark {
  private readonly parts = new Map<number, Standing>();
  private intake: { readonly at: number; readonly ends: Ends } | undefined;

  constructor(
    private readonly admin: Pick<LogAdmin, 'offsets'>,
    private readonly routing: Pick<PostgresChainRouting, 'routedTo'>,
    private readonly topics: readonly string[],
  ) {}

  /** One look at the log, at the moment `now` (ms); call it again and again. Answers the moment all routing has passed, if it just did. */
  async observe(now: number): Promise<number | undefined> {
    this.intake ??= { at: now, ends: await this.endsOf(this.topics) };
    const { at, ends } = this.intake;
    const routed = new Map(
      (await this.routing.routedTo(this.topics)).map((r) => [`${r.topic}/${r.partition}`, r.next]),
    );
    for (const [place, end] of ends) if ((routed.get(place) ?? -1) < end) return undefined;
    this.intake = undefined;
    const inner = await this.endsOf([ketenIn]);
    for (const [part, standing] of this.parts) standing.pending ??= { at, end: inner.get(`${ketenIn}/${part}`) ?? -1 };
    return at;
  }

  /** The moment up to which all input of a partition is read, when it stands at `position`; never before it was claimed under `epoch`. */
  passed(part: number, epoch: number, position: number): number {
    const standing = this.standing(part, epoch);
    if (standing.pending && position >= standing.pending.end) {
      standing.passed = standing.pending.at;
      standing.pending = undefined;
    }
    return position >= standing.mustRead ? standing.passed : -Infinity;
  }

  /** The partition has input up to `next` that no term may overtake. */
  mustRead(part: number, next: number): void {
    const standing = this.parts.get(part);
    if (standing) standing.mustRead = Math.max(standing.mustRead, next);
  }

  private standing(part: number, epoch: number): Standing {
    const known = this.parts.get(part);
    if (known?.epoch === epoch) return known;
    const fresh: Standing = { epoch, passed: -Infinity, mustRead: -1 };
    this.parts.set(part, fresh);
    return fresh;
  }

  /** The end of each partition; -1 where there is nothing to read. */
  private async endsOf(topics: readonly string[]): Promise<Ends> {
    const found = await Promise.all(
      topics.map(async (topic) => (await this.admin.offsets(topic)).map((o) => ({ topic, ...o }))),
    );
    return new Map(
      found.flat().map(({ topic, partition, first, next }) => [`${topic}/${partition}`, next === first ? -1 : next]),
    );
  }
}
