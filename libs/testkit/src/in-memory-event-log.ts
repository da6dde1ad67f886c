import { EventLog, type LogPosition, type LogRecord } from '@kruispunt/event';
import { problem } from '@kruispunt/problem';

/** A log in memory, one partition per topic unless a record names one. `failing` makes each append throw, with nothing written. */
export class InMemoryEventLog extends EventLog {
  readonly records: LogRecord[] = [];
  failing = false;
  private readonly ends = new Map<string, number>();

  append(records: readonly LogRecord[]): Promise<LogPosition[]> {
    if (this.failing) return Promise.reject(problem('log-unavailable'));
    return Promise.resolve(records.map((record) => this.write(record)));
  }

  private write(record: LogRecord): LogPosition {
    const { topic, partition = 0 } = record;
    const place = `${topic}/${partition}`;
    const offset = this.ends.get(place) ?? 0;
    this.ends.set(place, offset + 1);
    this.records.push(record);
    return { topic, partition, offset };
  }
}
