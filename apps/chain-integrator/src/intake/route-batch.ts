import { routesOf, type ChainDefinition } from '@kruispunt/chain-engine';
import type { SchemaIds } from '@kruispunt/contracts';
import { fromEntry, type LogRecord, type QuarantinedRecord } from '@kruispunt/event';
import type { LogBatch, LogEntry } from '@kruispunt/kafka';
import { eventDigest, type EarlyEvent } from '@kruispunt/postgres';
import { toInstance } from '../run/keten-in.js';

/** One event with all it may concern, before anybody was asked who answers to its keys. */
export interface Wanted {
  readonly entry: LogEntry & { readonly value: Buffer };
  readonly id: string;
  readonly event: string;
  readonly routes: ReturnType<typeof routesOf>;
}

export interface ReadBatch {
  readonly wanted: readonly Wanted[];
  readonly undecodable: readonly Omit<QuarantinedRecord, 'consumer'>[];
}

/** The CloudEvents types that some chain waits for. */
export const typesOf = (definitions: readonly ChainDefinition[]): ReadonlySet<string> =>
  new Set(
    definitions.flatMap((d) => d.keys.flatMap((k) => Object.keys(k.from).map((name) => d.events[name]?.type ?? ''))),
  );

/** The topics those types stand in. */
export const topicsOf = (definitions: readonly ChainDefinition[]): readonly string[] => [
  ...new Set(
    definitions.flatMap((d) => d.keys.flatMap((k) => Object.keys(k.from).map((name) => d.events[name]?.topic ?? ''))),
  ),
];

/** Decodes what some chain waits for; the rest of a topic is passed by on its header alone. */
export function readBatch(batch: LogBatch, definitions: readonly ChainDefinition[], schemaIds: SchemaIds): ReadBatch {
  const types = typesOf(definitions);
  const wanted: Wanted[] = [];
  const undecodable: ReadBatch['undecodable'][number][] = [];
  for (const entry of batch.entries) {
    if (!types.has(entry.headers['ce_type'] ?? '')) continue;
    const decoded = fromEntry(entry, schemaIds);
    if (decoded.kind === 'undecodable' || entry.value === null) {
      if (decoded.kind === 'undecodable') undecodable.push({ ...entry, because: decoded.because });
      continue;
    }
    const { envelope } = decoded.event;
    const routes = routesOf(definitions, decoded.type.name, envelope.data);
    if (routes.length > 0) {
      wanted.push({
        entry: { ...entry, value: entry.value },
        id: `${envelope.source} ${envelope.id}`,
        event: eventDigest(envelope),
        routes,
      });
    }
  }
  return { wanted, undecodable };
}

/** Where each event goes: to the instances it starts and to those that answer to its keys; and what must be kept for who comes later. */
export function place(
  wanted: readonly Wanted[],
  holders: ReadonlyMap<string, readonly string[]>,
): { readonly records: readonly LogRecord[]; readonly early: readonly EarlyEvent[] } {
  const records: LogRecord[] = [];
  const early: EarlyEvent[] = [];
  for (const { entry, event, routes } of wanted) {
    for (const { chain, starts, keys } of routes) {
      const kept = { chain, headers: entry.headers, value: entry.value };
      const targets = new Set([...starts, ...keys.flatMap(({ key }) => holders.get(key) ?? [])]);
      for (const instance of targets) records.push(toInstance(entry, { instance, chain }));
      for (const { key, early: kind } of keys) {
        if (kind === 'offer') early.push({ ...kept, key, kind, token: starts[0] ?? event });
        if (kind === 'park' && targets.size === 0) early.push({ ...kept, key, kind, token: event });
      }
    }
  }
  return { records, early };
}

/** All keys that these events ask for. */
export const keysOf = (wanted: readonly Wanted[]): readonly string[] => [
  ...new Set(wanted.flatMap((w) => w.routes.flatMap((r) => r.keys.map((k) => k.key)))),
];
