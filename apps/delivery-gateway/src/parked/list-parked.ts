import { problem } from '@kruispunt/problem';
import type { ParkedGroup, ParkedQuery, ParkedRow, PostgresParkedStore } from '@kruispunt/postgres';

const apiVersion = 'kruispunt/v1';
const pageMax = 500;
const iso = (at: number): string => new Date(at).toISOString();

const rowView = ({ parkedAt, discardedUntil, ...row }: ParkedRow) => ({
  ...row,
  parkedAt: iso(parkedAt),
  discardedUntil: discardedUntil === null ? null : iso(discardedUntil),
});
const groupView = ({ firstAt, lastAt, ...group }: ParkedGroup) => ({
  ...group,
  firstAt: iso(firstAt),
  lastAt: iso(lastAt),
});

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function readQuery(query: Readonly<Record<string, string>>): ParkedQuery {
  const { subscription, group, type, event } = query;
  if (subscription !== undefined && !uuid.test(subscription))
    throw problem('invalid-request', { at: 'subscription', reason: 'expected the id of a subscription' });
  if (group !== undefined && !/^([0-9a-f]{2})+$/.test(group))
    throw problem('invalid-request', { at: 'group', reason: 'expected hexadecimal' });
  const limit = Math.min(pageMax, Math.max(1, Number(query['limit'] ?? pageMax) || pageMax));
  return {
    limit,
    ...(subscription !== undefined && { subscription }),
    ...(group !== undefined && { group }),
    ...(type !== undefined && { type }),
    ...(event !== undefined && { event }),
  };
}

/** Newest first; filters `subscription`, `group`, `type`, `event`; `limit` ≤ 500. */
export async function listParked(
  store: PostgresParkedStore,
  query: Readonly<Record<string, string>>,
): Promise<unknown> {
  const rows = await store.list(readQuery(query));
  return { kind: 'ParkedList', apiVersion, items: rows.map(rowView) };
}

export async function listGroups(store: PostgresParkedStore): Promise<unknown> {
  const groups = await store.groups(pageMax);
  return { kind: 'ParkedGroupList', apiVersion, groups: groups.map(groupView) };
}

/** One parked event by its id (`subscription~topic~partition~offset`), or all that stand under the id of an event. Throws `not-found`. */
export async function showParked(store: PostgresParkedStore, id: string): Promise<unknown> {
  const rows = await store.list(placeOf(id) ?? { event: id, limit: pageMax });
  if (rows.length === 0) throw problem('not-found');
  return rows.length === 1
    ? { kind: 'Parked', apiVersion, ...rowView(rows[0]!) }
    : { kind: 'ParkedList', apiVersion, items: rows.map(rowView) };
}

function placeOf(id: string): ParkedQuery | undefined {
  const [subscription = '', topic = '', partition = '', offset = '', ...more] = id.split('~');
  if (more.length > 0 || !uuid.test(subscription) || !/^\d{1,9}$/.test(partition) || !/^\d{1,15}$/.test(offset))
    return undefined;
  return { subscription, at: { topic, partition: Number(partition), offset: Number(offset) }, limit: 1 };
}
