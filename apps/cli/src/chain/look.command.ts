import { Option, type Command } from 'commander';
import { exits } from '../failure.js';
import { leaf, whole, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';
import { factLines, tableLines } from '../table.js';
import { brussels } from '../time.js';
import { findInstance } from './find-instance.js';

interface Explained {
  readonly state: string;
  readonly status: string;
  readonly stoppedBy: readonly string[];
  readonly waits: readonly {
    readonly token: string;
    readonly node: string;
    readonly events: readonly {
      readonly type: string;
      readonly keys: readonly string[];
      readonly lastSeenAt: string | null;
    }[];
    readonly term: {
      readonly rule: string;
      readonly state: string;
      readonly due: string | null;
      readonly lines: readonly string[];
    } | null;
    readonly wakesAt: string | null;
  }[];
}
interface Forecast {
  readonly until: string;
  readonly foreseen: readonly {
    readonly at: string;
    readonly signal: string;
    readonly publishes: readonly string[];
    readonly after: { readonly toestand: string };
  }[];
  readonly end: { readonly state: string; readonly status: string };
}
interface Shadow {
  readonly version: number;
  readonly differences: readonly {
    readonly seq: number;
    readonly input: string;
    readonly what: string;
    readonly was: unknown;
    readonly would: unknown;
  }[];
}
interface Group {
  readonly fingerprint: string;
  readonly chain: string;
  readonly error: string;
  readonly count: number;
  readonly last: string;
}

/** `kruispunt chain explain|what-if|shadow|incidents`: questions that change nothing. */
export function lookCommands(chain: Command, tree: Tree): void {
  leaf(chain, tree, {
    usage: 'explain <instance>',
    about: { nl: 'waarom staat deze keten hier', en: 'why does this chain stand here' },
    example: 'kruispunt chain explain VH-2026-000123',
    act: (shell, [word]) => explain(shell, word!),
  });
  leaf<{ readonly days?: number }>(chain, tree, {
    usage: 'what-if <instance>',
    about: { nl: 'wat de tijd alleen zou brengen', en: 'what time alone would bring' },
    example: 'kruispunt chain what-if VH-2026-000123 --days 60',
    options: [new Option('--days <n>', 'hoe ver vooruit / how far ahead').argParser(whole)],
    act: (shell, [word], { days }) => forecast(shell, word!, days),
  });
  leaf<{ readonly against?: string }>(chain, tree, {
    usage: 'shadow <instance>',
    about: {
      nl: 'de geschiedenis door een andere versie, zonder gevolg',
      en: 'the history through another version, without effect',
    },
    example: 'kruispunt chain shadow VH-2026-000123 --against 2',
    options: [
      new Option(
        '--against <version>',
        'welke versie; de eigen als er niets staat / which version; its own by default',
      ),
    ],
    act: (shell, [word], { against }) => shadowed(shell, word!, against),
  });
  leaf(chain, tree, {
    usage: 'incidents',
    about: { nl: 'wat mislukte, per oorzaak', en: 'what failed, by cause' },
    example: 'kruispunt chain incidents',
    act: incidents,
  });
}

async function explain(shell: Shell, word: string): Promise<void> {
  const id = await findInstance(shell, word);
  const e = await shell.gateway('chainIntegrator').get<Explained>(`/v1/instances/${id}/explain`);
  const never = shell.say({ nl: 'nog niet gezien', en: 'not seen yet' });
  shell.show({
    data: e,
    list: e.waits,
    lines: [
      `${e.state} (${e.status})`,
      ...e.stoppedBy.map((by) => `  ! ${by}`),
      ...e.waits.flatMap((w) => [
        `${w.token} @ ${w.node}`,
        ...factLines([
          ...w.events.map(
            (event) =>
              [
                shell.say({ nl: 'wacht op', en: 'waits for' }),
                `${event.type} (${event.keys.join(', ')}; ${event.lastSeenAt === null ? never : brussels(Date.parse(event.lastSeenAt))})`,
              ] as const,
          ),
          [
            shell.say({ nl: 'termijn', en: 'term' }),
            w.term && `${w.term.rule} ${w.term.state}${w.term.due === null ? '' : ` → ${w.term.due}`}`,
          ],
          [shell.say({ nl: 'wordt wakker', en: 'wakes' }), w.wakesAt === null ? null : brussels(Date.parse(w.wakesAt))],
        ]),
        ...(w.term?.lines ?? []).map((line) => `    ${line}`),
      ]),
    ],
    next: `kruispunt chain what-if ${id}`,
  });
}

async function forecast(shell: Shell, word: string, days: number | undefined): Promise<void> {
  const id = await findInstance(shell, word);
  const f = await shell
    .gateway('chainIntegrator')
    .get<Forecast>(`/v1/instances/${id}/what-if`, days === undefined ? {} : { days: String(days) });
  shell.show({
    data: f,
    list: f.foreseen,
    lines: [
      ...tableLines({
        columns: ['at', 'signal', 'then', 'publishes'],
        rows: f.foreseen.map((s) => [brussels(Date.parse(s.at)), s.signal, s.after.toestand, s.publishes.join(' ')]),
      }),
      `${shell.say({ nl: 'tot', en: 'until' })} ${brussels(Date.parse(f.until))}: ${f.end.state} (${f.end.status})`,
    ],
    next: `kruispunt chain explain ${id}`,
  });
}

/** Exit 5 when the version would have done something else. */
async function shadowed(shell: Shell, word: string, version: string | undefined): Promise<void> {
  const id = await findInstance(shell, word);
  const s = await shell.gateway('chainIntegrator').get<Shadow>(`/v1/instances/${id}/shadow`, { version });
  shell.show({
    data: s,
    list: s.differences,
    lines: [
      `${shell.say({ nl: 'versie', en: 'version' })} ${s.version}: ${s.differences.length} ${shell.say({ nl: 'verschillen', en: 'differences' })}`,
      ...tableLines({
        columns: ['n', 'input', 'what', 'was', 'would'],
        rows: s.differences.map((d) => [d.seq, d.input, d.what, JSON.stringify(d.was), JSON.stringify(d.would)]),
      }),
    ],
    next: `kruispunt chain show ${id}`,
    exit: s.differences.length === 0 ? exits.ok : exits.partial,
  });
}

async function incidents(shell: Shell): Promise<void> {
  const { groups } = await shell
    .gateway('chainIntegrator')
    .get<{ readonly groups: readonly Group[] }>('/v1/incidents/groups');
  shell.show({
    data: { kind: 'IncidentGroupList', apiVersion: 'kruispunt/v1', groups },
    list: groups,
    lines: tableLines({
      columns: ['fingerprint', 'chain', 'n', 'last', 'error'],
      rows: groups.map((g) => [g.fingerprint, g.chain, g.count, brussels(Date.parse(g.last)), g.error]),
    }),
    ...(groups[0] && { next: `kruispunt chain retry --fingerprint ${groups[0].fingerprint} --reason "…" --dry-run` }),
  });
}
