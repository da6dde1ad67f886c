export type { DriverOptions, GroupMember, KafkaDriver, LogAdmin, LogBatch, LogEntry, LogProducer, LogReader, MemberHandlers, MemberOptions, ReadOptions, TopicPartition } from './driver.js';
