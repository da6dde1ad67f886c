import type { Before } from '@kruispunt/delivery';
import type { Database } from './database.js';
import type { Logged } from './scene.js';

/** How an event stands towards a subscription: from the stores and the audit trail, never from counters. */
export function standingOf(database: Database, sub: string, event: Logged, delivered: ReadonlySet<string>): Before {
  const row = database.row(sub, event.place);
  const parked = row.parked.get(event.offset);
  if (parked) return parked.discarded ? 'discarded' : 'parked';
  if (row.held.has(event.offset)) return 'waiting';
  if (event.offset >= database.positionOf(sub, event.place)) return 'in-flight';
  return delivered.has(event.id) ? 'delivered' : 'undelivered';
}
