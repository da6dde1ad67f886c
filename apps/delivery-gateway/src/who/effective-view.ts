import type { Clock } from '@kruispunt/clock';
import { eventTypeOf } from '@kruispunt/contracts';
import type { Subscription } from '@kruispunt/delivery';
import { bookOf, civilDate, endedMunicipalities, wishedTerritory } from '@kruispunt/policy';
import { PostgresRepertorium, type Database, type PostgresProtocolStore } from '@kruispunt/postgres';
import type { Flow } from '../flow/flow.js';
import { municipalities } from '../match/municipalities.js';
import { effectiveOf } from '../protocols/protocol-effects.js';
import type { SilenceWatch } from './watch-silence.js';

export interface EffectiveParts {
  readonly database: Database;
  readonly protocols: PostgresProtocolStore;
  readonly flow: Flow;
  readonly silence: SilenceWatch;
  readonly clock: Clock;
  readonly remindDays: number;
}

/** A subscription as the server applies it today: after protocol, wish, mergers and period; where it stands; and why it may be silent. */
export async function effectiveView(
  parts: EffectiveParts,
  s: Subscription,
): Promise<Readonly<Record<string, unknown>>> {
  const on = civilDate(parts.clock.now());
  const grant = effectiveOf(s, bookOf(await parts.protocols.list()), on);
  const flow = (await parts.flow.measure()).subscriptions.find(({ id }) => id === s.id);
  const registered = await new PostgresRepertorium(parts.database).count(s.id, on, parts.remindDays);
  const subjects = s.subjects === 'registered' || grant.subjectScope === 'registered' ? 'registered' : 'all';
  return {
    kind: 'EffectiveSubscription',
    apiVersion: 'kruispunt/v1',
    on,
    id: s.id,
    name: s.name,
    organisation: s.org,
    namens: s.namens ?? null,
    hoedanigheid: s.hoedanigheid,
    state: s.state,
    asked: {
      protocol: s.protocol === undefined ? null : `${s.protocol}@${s.protocolVersion}`,
      nis: s.nis ?? 'all',
      types: s.types,
    },
    protocol: grant.protocol,
    force: grant.force,
    types: grant.types,
    unknownTypes: s.types.filter((type) => eventTypeOf(type) === undefined),
    territory: territoryOf(s, grant.territory, on),
    endedMunicipalities: [...grant.ended, ...endedMunicipalities(s.nis ?? [], on, municipalities)],
    filter: s.filter ?? null,
    period: { from: latest(s.validFrom, grant.validFrom), to: earliest(s.validTo, grant.validTo) },
    subjects,
    registered: subjects === 'registered' ? registered : null,
    channel: s.channel,
    channels: grant.channels,
    order: s.orderPolicy,
    inFlightMax: s.inFlightMax,
    circuit: flow?.circuit ?? s.circuit ?? { kind: 'closed' },
    position: flow
      ? {
          backlog: flow.backlog,
          lagS: flow.lagS,
          delivered: flow.delivered,
          suppressed: flow.suppressedBy,
          held: flow.held,
          parked: flow.parked,
        }
      : null,
    alarms: parts.silence.of(s.id),
  };
}

/** What both the filter and the protocol let through, after mergers. */
function territoryOf(s: Subscription, granted: 'all' | readonly string[], on: string): 'all' | readonly string[] {
  if (s.nis === undefined) return granted;
  const wished = [...wishedTerritory(s.nis, on, municipalities)].sort();
  return granted === 'all' ? wished : wished.filter((nis) => granted.includes(nis));
}

const latest = (...dates: readonly (string | null | undefined)[]): string | null =>
  dates
    .filter((date) => date != null)
    .sort()
    .at(-1) ?? null;
const earliest = (...dates: readonly (string | null | undefined)[]): string | null =>
  dates.filter((date) => date != null).sort()[0] ?? null;
