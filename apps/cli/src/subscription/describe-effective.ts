import type { Shell } from '../shell.js';
import { factLines, tableLines, type Cell } from '../table.js';

/** What the server applies to a subscription. */
export interface EffectiveAnswer {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  readonly state: string;
  readonly on: string;
  readonly hoedanigheid: string;
  readonly asked: { readonly protocol: string | null; readonly nis: 'all' | readonly string[] };
  readonly protocol: string | null;
  readonly force: string;
  readonly types: readonly {
    readonly type: string;
    readonly klasse: string;
    readonly fields: readonly string[];
    readonly withheld: readonly string[];
    readonly rule: string;
  }[];
  readonly territory: 'all' | readonly string[];
  readonly endedMunicipalities: readonly {
    readonly nis: string;
    readonly endedOn: string;
    readonly successors: readonly string[];
  }[];
  readonly filter: unknown;
  readonly period: { readonly from: string | null; readonly to: string | null };
  readonly subjects: string;
  readonly registered: { readonly standing: number; readonly ending: number } | null;
  readonly channel: string;
  readonly order: string;
  readonly inFlightMax: number;
  readonly circuit: { readonly kind: string };
  readonly position: Readonly<Record<'backlog' | 'lagS' | 'delivered' | 'held' | 'parked', number>> | null;
  readonly alarms: readonly { readonly kind: string; readonly nis?: string; readonly since?: string }[];
}

/** For people: the facts, then what leaves of each type and by which rule, then what is wrong. */
export function effectiveLines(shell: Shell, s: EffectiveAnswer): readonly string[] {
  const word = (nl: string, en: string) => shell.say({ nl, en });
  const ended = s.endedMunicipalities.map(
    ({ nis, endedOn, successors }) => `${nis} † ${endedOn} → ${successors.join(' ')}`,
  );
  const facts: (readonly [string, Cell])[] = [
    [word('op', 'on'), s.on],
    [word('stand', 'state'), `${s.state} · circuit ${s.circuit.kind}`],
    [
      'protocol',
      `${s.protocol ?? '–'} (${s.force})${s.asked.protocol === s.protocol ? '' : ` ← ${s.asked.protocol ?? '–'}`}`,
    ],
    ['hoedanigheid', s.hoedanigheid],
    [word('grondgebied', 'territory'), [s.territory].flat().join(' ')],
    ...(ended.length === 0 ? [] : [[word('opgeheven', 'ended'), ended.join(' · ')] as const]),
    ['filter', s.filter === null ? null : JSON.stringify(s.filter)],
    [word('periode', 'period'), `${s.period.from ?? '…'} – ${s.period.to ?? '…'}`],
    [
      word('betrokkenen', 'subjects'),
      s.registered === null
        ? s.subjects
        : `${s.registered.standing} ${s.subjects} · ${s.registered.ending} ${word('eindigen weldra', 'end soon')}`,
    ],
    [word('kanaal', 'channel'), `${s.channel} · ${s.order} · ≤ ${s.inFlightMax}`],
    ...(s.position === null ? [] : [[word('positie', 'position'), positionOf(s.position)] as const]),
  ];
  return [
    `${s.organisation}/${s.name}`,
    ...factLines(facts),
    '',
    ...tableLines({
      columns: ['type', 'class', 'fields', 'withheld', 'rule'],
      rows: s.types.map((t) => [t.type, t.klasse, t.fields.join(' '), t.withheld.length, t.rule]),
    }),
    ...s.alarms.map(({ kind, nis, since }) => `! ${[kind, nis, since].filter((part) => part !== undefined).join(' ')}`),
  ];
}

const positionOf = (position: NonNullable<EffectiveAnswer['position']>): string =>
  (['delivered', 'held', 'parked', 'backlog'] as const).map((name) => `${name} ${position[name]}`).join(' · ');
