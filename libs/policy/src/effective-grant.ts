import type { EventType } from '@kruispunt/contracts';
import { mayReceiveType, type Grant } from './may-receive.js';
import { endedMunicipalities, grantedTerritory } from './merged-territory.js';
import { forceOf, protocolName, type Channel, type Force } from './protocol.js';
import type { Municipalities } from './territory.js';

type KnownType = Pick<EventType, 'type' | 'klasse' | 'fields'>;

/** What is applied to one type: the fields that leave under the named rule; none, and the rule that says why. */
export interface EffectiveType {
  readonly type: string;
  readonly klasse: KnownType['klasse'];
  readonly fields: readonly string[];
  /** Fields of the schema that stay in the house. */
  readonly withheld: readonly string[];
  readonly rule: string;
}

/** What the server applies to who holds a grant, on one day: not what was asked. */
export interface EffectiveGrant {
  /** `id@version` of the version that decides; null: none. */
  readonly protocol: string | null;
  readonly force: Force | 'none';
  readonly types: readonly EffectiveType[];
  /** After mergers; sorted. */
  readonly territory: 'all' | readonly string[];
  /** Codes of the protocol whose municipality has ended, with who followed it. */
  readonly ended: ReturnType<typeof endedMunicipalities>;
  readonly subjectScope: 'all' | 'registered';
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly channels: 'all' | readonly Channel[];
}

/** The effective grant over `types` on `on` (`YYYY-MM-DD`), from the function that decides per event. */
export function effectiveGrant(
  grant: Grant,
  types: readonly KnownType[],
  { on, municipalities }: { readonly on: string; readonly municipalities: Municipalities },
): EffectiveGrant {
  const { protocol } = grant;
  const listed = protocol === undefined || protocol.territory === 'all' ? undefined : protocol.territory;
  return {
    protocol: protocol ? protocolName(protocol) : null,
    force: protocol ? forceOf(protocol, grant, on) : 'none',
    types: types.map((type) => typeOn(grant, type, on)),
    territory: listed ? [...grantedTerritory(listed, on, municipalities)].sort() : 'all',
    ended: listed ? endedMunicipalities(listed, on, municipalities) : [],
    subjectScope: protocol?.subjectScope ?? 'all',
    validFrom: protocol?.validFrom ?? null,
    validTo: protocol?.validTo ?? null,
    channels: protocol?.channels ?? 'all',
  };
}

function typeOn(grant: Grant, type: KnownType, on: string): EffectiveType {
  const verdict = mayReceiveType(grant, type, on);
  const fields = verdict.kind === 'allowed' ? verdict.projection.fields : [];
  const withheld = type.fields.map(({ name }) => name).filter((name) => !fields.includes(name));
  return { type: type.type, klasse: type.klasse, fields, withheld, rule: verdict.rule };
}

/** One thing that changes for a holder: `fields` of a type, `territory`, `subjects`, `period`, `channels`, or the deciding `protocol`. */
export interface GrantDifference {
  readonly of: 'protocol' | 'force' | 'fields' | 'territory' | 'subjects' | 'period' | 'channels';
  /** Of `fields`: the event type. */
  readonly type?: string;
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

const subjectWords = { all: ['every subject'], registered: [] } as const;

/** What a holder gains and loses between two effective grants; empty: nothing changes. `gained` in `period` is the new one. */
export function compareGrants(before: EffectiveGrant, after: EffectiveGrant): readonly GrantDifference[] {
  const types = new Map([...before.types, ...after.types].map(({ type }) => [type, type]));
  const fieldsIn = (grant: EffectiveGrant, type: string) => grant.types.find((t) => t.type === type)?.fields ?? [];
  const parts: readonly GrantDifference[] = [
    between(
      'protocol',
      before.protocol === null ? [] : [before.protocol],
      after.protocol === null ? [] : [after.protocol],
    ),
    between('force', [before.force], [after.force]),
    ...[...types.keys()].map((type) => ({ ...between('fields', fieldsIn(before, type), fieldsIn(after, type)), type })),
    between('territory', [before.territory].flat(), [after.territory].flat()),
    between('subjects', subjectWords[before.subjectScope], subjectWords[after.subjectScope]),
    between('period', [periodOf(before)], [periodOf(after)]),
    between('channels', [before.channels].flat(), [after.channels].flat()),
  ];
  return parts.filter(({ gained, lost }) => gained.length > 0 || lost.length > 0);
}

const periodOf = ({ validFrom, validTo }: EffectiveGrant): string => `${validFrom ?? '…'} – ${validTo ?? '…'}`;

function between(of: GrantDifference['of'], before: readonly string[], after: readonly string[]): GrantDifference {
  return { of, gained: after.filter((x) => !before.includes(x)), lost: before.filter((x) => !after.includes(x)) };
}
