import type {
  DriverOptions,
  GroupMember,
  KafkaDriver,
  LogAdmin,
  LogProducer,
  LogReader,
  MemberHandlers,
  MemberOptions,
} from '../driver.js';
import { Member } from '../member.js';
import { PositionedReader, readRequestTimeoutMs } from '../positioned-reader.js';
import { KafkajsAdmin } from './admin.js';
import { KafkajsFetcher } from './fetcher.js';
import { KafkajsMembership } from './membership.js';
import { KafkajsProducer } from './producer.js';

const memberRequestTimeoutMs = 10_000;

/** The second driver, on kafkajs: pure JavaScript, widely known, unmaintained since 2023. Same promises as the default driver. */
export function kafkajsDriver(driver: DriverOptions): KafkaDriver {
  return {
    name: 'kafkajs',
    producer: async (options = {}): Promise<LogProducer> => new KafkajsProducer({ ...driver, ...options }),
    join: (options: MemberOptions, handlers: MemberHandlers): Promise<GroupMember> =>
      new Member(
        options,
        handlers,
        new KafkajsFetcher(driver, memberRequestTimeoutMs),
        (hooks) => new KafkajsMembership(driver, options, hooks),
      ).join(),
    reader: async (): Promise<LogReader> =>
      new PositionedReader(() => new KafkajsFetcher(driver, readRequestTimeoutMs)),
    admin: async (): Promise<LogAdmin> => new KafkajsAdmin(driver),
  };
}
