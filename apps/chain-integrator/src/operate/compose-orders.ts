import { randomUUID } from 'node:crypto';
import { LogAuditTrail } from '@kruispunt/audit';
import type { ChainDefinition, MigrationPlan } from '@kruispunt/chain-engine';
import { SystemTimers, type Clock } from '@kruispunt/clock';
import { topics, type SchemaIds } from '@kruispunt/contracts';
import type { EventLog } from '@kruispunt/event';
import {
  PostgresChainOrders,
  type Database,
  type PostgresChainIncidents,
  type PostgresChainRouting,
} from '@kruispunt/postgres';
import { ketenIn } from '../run/keten-in.js';
import { Orders } from '../run/orders.js';
import type { Run } from '../run/run.js';
import { fourEyes } from './four-eyes.js';
import { OrderDesk } from './order-desk.js';

export interface OperateParts {
  readonly database: Database;
  readonly run: Run;
  readonly incidents: PostgresChainIncidents;
  readonly routing: PostgresChainRouting;
  readonly definitions: readonly ChainDefinition[];
  readonly plans: readonly MigrationPlan[];
  readonly schemaIds: SchemaIds;
  readonly log: EventLog;
  readonly clock: Clock;
  /** The setting that names what needs a second person. */
  readonly guards: string;
}

/** What carries out operators' orders, and the desk where they are asked. */
export function composeOrders(parts: OperateParts): {
  readonly orders: Orders;
  readonly orderDesk: OrderDesk;
  readonly orderStore: PostgresChainOrders;
} {
  const { database, run, schemaIds, log, clock, guards } = parts;
  const store = new PostgresChainOrders(database);
  const partitions = topics.find((topic) => topic.name === ketenIn)?.partitions ?? 1;
  const orders = new Orders({ ...parts, orders: store, partitions });
  const orderDesk = new OrderDesk({
    database,
    store,
    orders,
    run,
    audit: new LogAuditTrail({ log, schemaIds, writer: randomUUID() }),
    clock,
    timers: new SystemTimers(),
    partitions,
    needsSecond: fourEyes(guards),
  });
  return { orders, orderDesk, orderStore: store };
}
