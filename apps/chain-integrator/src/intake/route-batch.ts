import { routesOf, type ChainDefinition, type Route } from '@kruispunt/chain-engine';
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
  readonly routes: readonly Route[];
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

/** What becomes of events: records for instances, what is kept for who comes later, and what a person must look at. */
export interface Placed {
  readonly records: readonly LogRecord[];
  readonly early: readonly EarlyEvent[];
  readonly ambiguous: readonly Omit<EarlyEvent, 'kind'>[];
}

/** Where each event goes: to the instances it starts and to those that answer to its keys; to nobody by a key that only one may have, and several do. */
export function place(wanted: readonly Wanted[], holders: ReadonlyMap<string, readonly string[]>): Placed {
  const placed = wanted.flatMap((w) => w.routes.map((route) => placeOne(w, route, holders)));
  return {
    records: placed.flatMap((p) => p.records),
    early: placed.flatMap((p) => p.early),
    ambiguous: placed.flatMap((p) => p.ambiguous),
  };
}

function placeOne(
  { entry, event }: Wanted,
  { chain, starts, keys }: Route,
  holders: ReadonlyMap<string, readonly string[]>,
): Placed {
  const kept = { chain, headers: entry.headers, value: entry.value };
  const answering = keys.map((k) => ({ ...k, by: holders.get(k.key) ?? [] }));
  const ambiguous = answering.filter((k) => k.holders === 'one' && k.by.length > 1);
  const targets = new Set([...starts, ...answering.flatMap((k) => (ambiguous.includes(k) ? [] : k.by))]);
  const early = keys.flatMap(({ key, early: kind }): EarlyEvent[] => {
    if (kind === 'offer') return [{ ...kept, key, kind, token: starts[0] ?? event }];
    const nobody = targets.size === 0 && ambiguous.length === 0;
    return kind === 'park' && nobody ? [{ ...kept, key, kind, token: event }] : [];
  });
  return {
    records: [...targets].map((instance) => toInstance(entry, { instance, chain })),
    early,
    ambiguous: ambiguous.map(({ key }) => ({ ...kept, key, token: event })),
  };
}

/** All keys that these events ask for. */
export const keysOf = (wanted: readonly Wanted[]): readonly string[] => [
  ...new Set(wanted.flatMap((w) => w.routes.flatMap((r) => r.keys.map((k) => k.key)))),
];
