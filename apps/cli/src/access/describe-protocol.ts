import type { Shell, Shown } from '../shell.js';
import { factLines, tableLines, type Cell } from '../table.js';
import type { ActAnswer, HistoryAnswer, ProposalAnswer, ProtocolAnswer } from './protocol-answers.js';

const stateOf = ({ withdrawn, supersededBy }: ProtocolAnswer): string =>
  supersededBy !== undefined ? `→ @${supersededBy}` : withdrawn ? 'withdrawn' : 'in force';

/** The versions that were approved, and what is proposed. */
export function listLines(
  shell: Shell,
  protocols: readonly ProtocolAnswer[],
  proposals: readonly ProposalAnswer[],
): readonly string[] {
  const row = (p: ProtocolAnswer, state: string): Cell[] => [
    `${p.id}@${p.version}`,
    state,
    p.parties.map(({ organisation }) => organisation).join(' '),
    p.hoedanigheid,
    p.eventTypes.length,
    Array.isArray(p.territory) ? p.territory.length : 'all',
    p.subjectScope,
    `${p.validFrom} – ${p.validTo ?? '…'}`,
  ];
  return [
    ...tableLines({
      columns: ['protocol', 'state', 'parties', 'hoedanigheid', 'types', 'territory', 'subjects', 'period'],
      rows: [...protocols.map((p) => row(p, stateOf(p))), ...proposals.map((p) => row(p.protocol, 'proposed'))],
    }),
    ...(proposals.length === 0 ? [] : ['', shell.say({ nl: 'voorgesteld:', en: 'proposed:' })]),
    ...proposals.map((p) => `  ${p.protocol.id}@${p.protocol.version} · ${p.proposedBy} · ${p.reason}`),
  ];
}

/** One version, with the people behind it, and the fields of each type. */
export function protocolLines(
  shell: Shell,
  inForce: HistoryAnswer | null,
  proposal: ProposalAnswer | null,
): readonly string[] {
  const p = (inForce ?? proposal)!.protocol;
  const word = (nl: string, en: string) => shell.say({ nl, en });
  const facts: (readonly [string, Cell])[] = [
    [word('stand', 'state'), inForce ? stateOf(p) : proposal?.state],
    [
      word('partijen', 'parties'),
      p.parties.map((party) => [party.organisation, ...(party.namens ?? [])].join(' namens ')).join(', '),
    ],
    ['hoedanigheid', p.hoedanigheid],
    [word('doel', 'purpose'), p.purpose],
    [word('rechtsgrond', 'legal ground'), p.legalGround],
    [word('grondgebied', 'territory'), [p.territory].flat().join(' ')],
    [word('betrokkenen', 'subjects'), p.subjectScope],
    [word('periode', 'period'), `${p.validFrom} – ${p.validTo ?? '…'}`],
    [word('kanalen', 'channels'), [p.channels].flat().join(' ')],
    [word('voorgesteld', 'proposed'), `${(inForce ?? proposal)!.proposedBy} · ${(inForce ?? proposal)!.reason}`],
    ...(inForce === null
      ? []
      : [[word('goedgekeurd', 'approved'), `${inForce.approvedBy ?? '–'} · ${inForce.inForceAt}`] as const]),
    ...(inForce?.endedAt == null
      ? []
      : [[word('beëindigd', 'ended'), `${inForce.endedBy} · ${inForce.endedAt} · ${inForce.endReason}`] as const]),
    ...(proposal?.replaces === undefined ? [] : [[word('vervangt', 'replaces'), `@${proposal.replaces}`] as const]),
    ...(proposal === null ? [] : [['digest', proposal.digest] as const]),
  ];
  const rows = p.eventTypes.map((type) => [type, (p.fieldsPerType[type] ?? []).join(' ')]);
  return [`${p.id}@${p.version}`, ...factLines(facts), '', ...tableLines({ columns: ['type', 'fields'], rows })];
}

/** What an act changes, or would change, per subscription. */
export function showAct(shell: Shell, act: ActAnswer, next: string): Shown {
  const rows = act.effects.flatMap(({ name, organisation, differences }) =>
    differences.map((d) => [
      `${organisation}/${name}`,
      d.type === undefined ? d.of : `${d.of} ${d.type}`,
      d.gained.map((x) => `+${x}`).join(' '),
      d.lost.map((x) => `-${x}`).join(' '),
    ]),
  );
  const nobody = shell.say({
    nl: 'voor geen enkel abonnement verandert er iets',
    en: 'nothing changes for any subscription',
  });
  const head = `${act.id}@${act.version}${act.dryRun ? shell.say({ nl: ' · proefdraai, er is niets gedaan', en: ' · dry run, nothing was done' }) : ''}`;
  return {
    data: act,
    list: act.effects,
    lines: [
      head,
      ...(act.proposal === undefined ? [] : factLines([['digest', act.proposal.digest]])),
      ...(rows.length === 0
        ? [`  ${nobody}`]
        : tableLines({ columns: ['subscription', 'what', 'gains', 'loses'], rows })),
    ],
    next,
  };
}
