import { randomUUID } from 'node:crypto';
import { PostgresQuarantine } from '@kruispunt/postgres';
import type { Log } from '@kruispunt/telemetry';
import { KruispuntKafkaServer } from '../transport/kruispunt-kafka-server.js';
import type { Bus } from './bus.js';

/** The transport that brings the log to a service's `@OnEvent` handlers; its positions and its group carry the service's name. */
export const logServer = (bus: Bus, consumer: string, log: Log): KruispuntKafkaServer =>
  new KruispuntKafkaServer({
    driver: bus.driver,
    store: bus.partitions,
    schemaIds: bus.schemaIds,
    quarantine: new PostgresQuarantine(bus.database),
    log,
    consumer,
    groupId: `kruispunt.${consumer}`,
    owner: `${consumer}-${randomUUID()}`,
  });
