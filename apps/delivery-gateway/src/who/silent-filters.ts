import type { Subscription } from '@kruispunt/delivery';
import { civilDate, endedMunicipalities, resolveProtocol, type ProtocolBook } from '@kruispunt/policy';
import { municipalities } from '../match/municipalities.js';

/**
 * Why a subscription may have gone silent: a municipality of its filter or of its protocol has ended, or nothing has matched while others with
 * the same event types did match.
 */
export type Silence =
  | {
      readonly kind: 'filter-municipality-ended' | 'protocol-municipality-ended';
      readonly nis: string;
      readonly endedOn: string;
      readonly successors: readonly string[];
    }
  | { readonly kind: 'nothing-matched'; readonly since: string };

export interface SilenceFacts {
  readonly book: ProtocolBook;
  /** Subscription → when it last matched anything, ms. */
  readonly movedAt: ReadonlyMap<string, number>;
  readonly now: number;
  /** How long nothing may match while others do. */
  readonly silentMs: number;
}

/** Per subscription its alarms; those without are not in it. Paused and ended ones are silent by will. */
export function silentFilters(
  subscriptions: readonly Subscription[],
  facts: SilenceFacts,
): ReadonlyMap<string, readonly Silence[]> {
  const active = subscriptions.filter(({ state }) => state === 'active');
  const lately = facts.now - facts.silentMs;
  const lively = new Set(
    active.filter(({ id }) => (facts.movedAt.get(id) ?? 0) > lately).flatMap(({ types }) => types),
  );
  const on = civilDate(facts.now);
  return new Map(
    active
      .map((s) => [s.id, [...endedOf(s, facts.book, on), ...stillnessOf(s, facts, lively)]] as const)
      .filter(([, alarms]) => alarms.length > 0),
  );
}

function endedOf({ nis = [], protocol: id, protocolVersion: version }: Subscription, book: ProtocolBook, on: string) {
  const protocol = id === undefined || version === undefined ? undefined : resolveProtocol(book, { id, version });
  const territory = protocol === undefined || protocol.territory === 'all' ? [] : protocol.territory;
  const alarm = (kind: 'filter-municipality-ended' | 'protocol-municipality-ended', codes: readonly string[]) =>
    endedMunicipalities(codes, on, municipalities)
      // Named beside its successor, the old code is history that is asked for.
      .filter(({ successors }) => !successors.every((next) => codes.includes(next)))
      .map((ended): Silence => ({ kind, ...ended }));
  return [...alarm('filter-municipality-ended', nis), ...alarm('protocol-municipality-ended', territory)];
}

function stillnessOf(
  { id, types }: Subscription,
  { movedAt, now, silentMs }: SilenceFacts,
  lively: ReadonlySet<string>,
): readonly Silence[] {
  const since = movedAt.get(id);
  if (since === undefined || since > now - silentMs || !types.some((type) => lively.has(type))) return [];
  return [{ kind: 'nothing-matched', since: new Date(since).toISOString() }];
}
