export type {
  DriverOptions,
  GroupMember,
  KafkaDriver,
  LogAdmin,
  LogBatch,
  LogEntry,
  LogProducer,
  HeaderFilter,
  LogReader,
  MemberHandlers,
  MemberOptions,
  MemberTrouble,
  ReadOptions,
  TopicPartition,
} from './driver.js';
export type { Granted } from './reader-acl.js';
export { codeOf, logUnavailable } from './log-unavailable.js';
export { murmur2, partitionOfKey } from './partition-of-key.js';
export { platformaticDriver } from './platformatic/driver.js';
export { KafkaEventLog, type EventLogLimits } from './kafka-event-log.js';
export {
  runPartitions,
  type PartitionClaim,
  type PartitionClaims,
  type PartitionRun,
  type RunnerOptions,
  type RunnerTrouble,
} from './run-partitions.js';
