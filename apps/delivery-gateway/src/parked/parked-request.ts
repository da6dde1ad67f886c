import type { JsonObject } from '@kruispunt/nest';
import { problem } from '@kruispunt/problem';
import { readAct, type ActWish } from '../operate/read-act.js';
import type { ParkedAct } from './act-on-parked.js';

const textMax = 500;

/** A note or an assignee; `null` takes it away. Throws `invalid-request` or `reason-required`. */
export function readRemark(
  body: JsonObject,
  member: 'note' | 'assignee',
): ActWish & { readonly note?: string | null; readonly assignee?: string | null } {
  const act = readAct(body, [member]);
  const value = body[member];
  if (value === null) return { ...act, [member]: null };
  if (typeof value !== 'string' || value.trim() === '' || value.length > textMax)
    throw problem('invalid-request', {
      at: `/${member}`,
      reason: `expected a text of 1 to ${textMax} characters, or null`,
    });
  return { ...act, [member]: value.trim() };
}

export function readTicket(body: JsonObject): string | undefined {
  const { ticket } = body;
  if (ticket === undefined || ticket === null) return undefined;
  if (typeof ticket !== 'string' || ticket === '' || ticket.length > 60)
    throw problem('invalid-request', { at: '/ticket', reason: 'expected a text of 1 to 60 characters' });
  return ticket;
}

const filters = ['subscription', 'group', 'type', 'event', 'discarded'];

/** What to export and as what: the filters of the list, and `format` jsonl (default) or csv. */
export function readExport(
  body: JsonObject,
): ActWish & { readonly format: 'jsonl' | 'csv'; readonly query: Readonly<Record<string, string>> } {
  const act = readAct(body, ['format', ...filters]);
  const format = body['format'] ?? 'jsonl';
  if (format !== 'jsonl' && format !== 'csv')
    throw problem('invalid-request', { at: '/format', reason: 'expected jsonl or csv' });
  const given = filters.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]] as const]));
  const odd = given.find(([, value]) => typeof value !== 'string');
  if (odd) throw problem('invalid-request', { at: `/${odd[0]}`, reason: 'expected a text' });
  return { ...act, format, query: Object.fromEntries(given) as Record<string, string> };
}

/** An act as JSON, with its sums. */
export function actView({ until, subscriptions, ...act }: ParkedAct): unknown {
  const sum = (pick: (one: ParkedAct['subscriptions'][number]) => number) =>
    subscriptions.reduce((total, one) => total + pick(one), 0);
  return {
    kind: 'ParkedAct',
    apiVersion: 'kruispunt/v1',
    ...act,
    events: sum((one) => one.events),
    keysFreed: sum((one) => one.keysFreed),
    eventsBehind: sum((one) => one.eventsBehind),
    restorableUntil: until === undefined ? null : new Date(until).toISOString(),
    subscriptions,
  };
}
