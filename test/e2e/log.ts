import { Problem } from '@kruispunt/problem';
import { topics } from '@kruispunt/contracts';
import type { LogPosition } from '@kruispunt/event';
import { KafkaEventLog, platformaticDriver, type KafkaDriver, type LogEntry } from '@kruispunt/kafka';

/** The log as a bystander reads it, by position and from the moment this was opened. */
export interface LogSinceStart {
  open(brokers: string): Promise<void>;
  /** Every record of `topic` since then: partitions one after the other, each in its order. */
  since(topic: string): Promise<readonly LogEntry[]>;
  at(position: LogPosition): Promise<LogEntry | undefined>;
  /** A door of one's own to the log: for bytes that no gateway would let in. */
  readonly driver: () => KafkaDriver;
  readonly writer: () => Promise<KafkaEventLog>;
  close(): Promise<void>;
}

export async function openLog(): Promise<LogSinceStart> {
  let driver: KafkaDriver | undefined;
  let own: Promise<KafkaEventLog> | undefined;
  const starts = new Map<string, number>();
  const required = () => {
    if (!driver) throw new Error('the log is not open yet');
    return driver;
  };
  async function open(brokers: string): Promise<void> {
    driver = platformaticDriver({ brokers: brokers.split(','), clientId: 'e2e' });
    const admin = await driver.admin();
    await admin.ensureTopics(topics);
    for (const { name } of topics)
      for (const { partition, next } of await admin.offsets(name)) starts.set(`${name}/${partition}`, next);
    await admin.close();
  }
  async function since(topic: string): Promise<readonly LogEntry[]> {
    const [admin, reader] = [await required().admin(), await required().reader()];
    const found: LogEntry[] = [];
    try {
      for (const { partition, first, next } of await admin.offsets(topic)) {
        for (let offset = Math.max(first, starts.get(`${topic}/${partition}`) ?? 0); offset < next;) {
          const batch = await reader.read({ topic, partition, offset });
          found.push(...batch.entries.filter((entry) => entry.offset < next));
          offset = batch.next;
        }
      }
    } finally {
      await Promise.all([admin.close(), reader.close()]);
    }
    return found;
  }
  /** A broker that was just thawed or restarted needs a moment: asked again for a minute before it is a fault. */
  async function at(position: LogPosition): Promise<LogEntry | undefined> {
    for (const end = performance.now() + 60_000; ;) {
      const reader = await required().reader();
      try {
        const { entries } = await reader.read(position);
        return entries.find(({ offset }) => offset === position.offset);
      } catch (fault) {
        if (!(fault instanceof Problem && fault.slug === 'log-unavailable') || performance.now() > end) throw fault;
        await new Promise((resolve) => setTimeout(resolve, 500));
      } finally {
        await reader.close();
      }
    }
  }
  return {
    open,
    since,
    at,
    driver: required,
    writer: () => (own ??= KafkaEventLog.open(required())),
    close: async () => void (await (await own)?.close()),
  };
}
