import { problem } from '@kruispunt/problem';
import {
  groupings,
  type ParkedGroup,
  type ParkedQuery,
  type ParkedRow,
  type ParkedSelection,
  type PostgresParkedStore,
} from '@kruispunt/postgres';

const apiVersion = 'kruispunt/v1';
const pageMax = 500;
const iso = (at: number): string => new Date(at).toISOString();

export const rowView = ({ parkedAt, discardedUntil, ...row }: ParkedRow) => ({
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

export function readQuery(query: Readonly<Record<string, string>>): ParkedQuery {
  const { subscription, group, type, event, discarded } = query;
  if (subscription !== undefined && !uuid.test(subscription))
    throw problem('invalid-request', { at: 'subscription', reason: 'expected the id of a subscription' });
  if (group !== undefined && !/^([0-9a-f]{2})+$/.test(group))
    throw problem('invalid-request', { at: 'group', reason: 'expected hexadecimal' });
  if (discarded !== undefined && !['true', 'false'].includes(discarded))
    throw problem('invalid-request', { at: 'discarded', reason: 'expected true or false' });
  const limit = Math.min(pageMax, Math.max(1, Number(query['limit'] ?? pageMax) || pageMax));
  return {
    limit,
    ...(subscription !== undefined && { subscription }),
    ...(group !== undefined && { group }),
    ...(type !== undefined && { type }),
    ...(event !== undefined && { event }),
    ...(discarded !== undefined && { discarded: discarded === 'true' }),
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

/** What stands parked, put together `by` reason (default), type, subscription or key. */
export async function listGroups(
  store: PostgresParkedStore,
  query: Readonly<Record<string, string>>,
): Promise<unknown> {
  const by = groupings.find((one) => one === (query['by'] ?? 'reason'));
  if (by === undefined)
    throw problem('invalid-request', { at: 'by', reason: `expected one of ${groupings.join(', ')}` });
  const groups = await store.groups(by, pageMax);
  return { kind: 'ParkedGroupList', apiVersion, by, groups: groups.map(groupView) };
}

/** One parked event by its id (`subscription~topic~partition~offset`), or all that stand under the id of an event. Throws `not-found`. */
export async function showParked(store: PostgresParkedStore, id: string): Promise<unknown> {
  const place = placeOf(id);
  const rows = await store.list({
    ...(place ? { subscription: place.subscription, at: place } : { event: id }),
    discarded: 'both',
    limit: pageMax,
  });
  if (rows.length === 0) throw problem('not-found');
  return rows.length === 1
    ? { kind: 'Parked', apiVersion, ...rowView(rows[0]!) }
    : { kind: 'ParkedList', apiVersion, items: rows.map(rowView) };
}

/** A group by its fingerprint, or one event by its id in the list. Throws `not-found` for what can be neither. */
export function selectionOf(name: string): ParkedSelection {
  if (/^([0-9a-f]{2}){1,32}$/.test(name)) return { group: name };
  const place = placeOf(name);
  if (place === undefined) throw problem('not-found', { at: 'id' });
  return place;
}

function placeOf(id: string): Exclude<ParkedSelection, { group: string }> | undefined {
  const [subscription = '', topic = '', partition = '', offset = '', ...more] = id.split('~');
  if (more.length > 0 || !uuid.test(subscription) || !/^\d{1,9}$/.test(partition) || !/^\d{1,15}$/.test(offset))
    return undefined;
  return { subscription, topic, partition: Number(partition), offset: Number(offset) };
}
