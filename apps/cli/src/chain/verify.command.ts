import { Option, type Command } from 'commander';
import { exits } from '../failure.js';
import { leaf, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';
import { tableLines } from '../table.js';

interface Evidence {
  readonly from: string;
  readonly intact: boolean;
  readonly rows: number;
  readonly seals: number;
  readonly findings: readonly {
    readonly what: string;
    readonly part: number;
    readonly instance: string | null;
    readonly seq: number;
    readonly day: string | null;
    readonly says: string;
  }[];
}

/** `kruispunt chain verify`: whether the history is what it was. Exit 1 when a row was altered, removed, inserted or moved. */
export function verifyCommand(chain: Command, tree: Tree): void {
  leaf<{ readonly from?: string }>(chain, tree, {
    usage: 'verify',
    about: {
      nl: 'houdt de geschiedenis tegen haar zegels in het logboek',
      en: 'holds the history against its seals in the log',
    },
    example: 'kruispunt chain verify --from 2026-11-01',
    options: [
      new Option(
        '--from <date>',
        'vanaf deze dag; 30 dagen terug als er niets staat / from this day; 30 days back by default',
      ),
    ],
    act: (shell, _, { from }) => verify(shell, from),
  });
}

async function verify(shell: Shell, from: string | undefined): Promise<void> {
  const e = await shell.gateway('chainIntegrator').get<Evidence>('/v1/evidence', { from });
  const verdict = e.intact
    ? shell.say({ nl: 'ongeschonden', en: 'intact' })
    : shell.say({ nl: `${e.findings.length} bevindingen`, en: `${e.findings.length} findings` });
  shell.show({
    data: e,
    list: e.findings,
    lines: [
      `${verdict}: ${e.rows} ${shell.say({ nl: 'rijen', en: 'rows' })}, ${e.seals} ${shell.say({ nl: 'zegels', en: 'seals' })}, ${shell.say({ nl: 'vanaf', en: 'from' })} ${e.from}`,
      ...(e.intact
        ? []
        : tableLines({
            columns: ['what', 'instance', 'n', 'day', 'says'],
            rows: e.findings.map((f) => [f.what, f.instance, f.seq, f.day, f.says]),
          })),
    ],
    ...(e.findings[0]?.instance != null && { next: `kruispunt chain show ${e.findings[0].instance}` }),
    exit: e.intact ? exits.ok : exits.failed,
  });
}
