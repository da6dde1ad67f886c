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
import { PlatformaticAdmin } from './admin.js';
import { PlatformaticFetcher } from './fetcher.js';
import { PlatformaticMembership } from './membership.js';
import { PlatformaticProducer } from './producer.js';

const memberRequestTimeoutMs = 10_000;

/** The default driver, on `@platformatic/kafka`. Its faults are `log-unavailable` with the client's error as cause. */
export function platformaticDriver(driver: DriverOptions): KafkaDriver {
  return {
    name: 'platformatic',
    producer: async (options = {}): Promise<LogProducer> => new PlatformaticProducer({ ...driver, ...options }),
    join: (options: MemberOptions, handlers: MemberHandlers): Promise<GroupMember> =>
      new Member(
        options,
        handlers,
        new PlatformaticFetcher(driver, memberRequestTimeoutMs),
        (hooks) => new PlatformaticMembership(driver, options, hooks),
      ).join(),
    reader: async (): Promise<LogReader> =>
      new PositionedReader(() => new PlatformaticFetcher(driver, readRequestTimeoutMs)),
    admin: async (): Promise<LogAdmin> => new PlatformaticAdmin(driver),
  };
}
