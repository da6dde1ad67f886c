import type { DayReport } from './day-report.js';

const row = (cells: readonly (string | number)[], widths: readonly number[]): string =>
  cells
    .map((c, i) => (typeof c === 'number' ? String(c).padStart(widths[i] ?? 0) : c.padEnd(widths[i] ?? 0)))
    .join('  ')
    .trimEnd();

function table(title: string, head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  if (rows.length === 0) return [];
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => String(r[i] ?? '').length)));
  return ['', title, `  ${row(head, widths)}`, ...rows.map((r) => `  ${row(r, widths)}`)];
}

const entries = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).sort(([a], [b]) => a.localeCompare(b));

/** The day as people read it at its end: what came in, what went out, what the chains did, and whether it all held. */
export function printTable(report: DayReport): string {
  const { latencyMs: l } = report;
  const held = report.expectations.filter((e) => e.ok).length;
  return [
    ...table('In the log today, by event type', ['type', 'events'], entries(report.accepted)),
    ...table('Refused at the door, by problem', ['problem', 'times'], entries(report.refused)),
    ...table(
      'Subscriptions',
      ['name', 'delivered today', 'suppressed', 'held', 'parked', 'difference'],
      (
        report.positions as readonly {
          subscription: string;
          suppressed: number;
          held: number;
          parked: number;
          difference: number;
        }[]
      ).map((p) => [
        p.subscription,
        report.delivered[p.subscription] ?? 0,
        p.suppressed,
        p.held,
        p.parked,
        p.difference,
      ]),
    ),
    ...table(
      'Suppressed today, by rule',
      ['rule', 'events'],
      entries(report.suppressed).filter(([, n]) => n !== 0),
    ),
    ...table(
      'Chains',
      ['chain', 'state', 'dossiers'],
      Object.entries(report.chains).flatMap(([chain, states]) =>
        entries(states).map(([state, n]) => [chain, state, n]),
      ),
    ),
    ...table(
      'Latency, ms',
      ['from … to', 'n', 'p50', 'p95', 'p99'],
      [
        ['request → 202', l.accept.n, l.accept.p50, l.accept.p95, l.accept.p99],
        [
          '202 → delivered',
          l.acceptToDelivered.n,
          l.acceptToDelivered.p50,
          l.acceptToDelivered.p95,
          l.acceptToDelivered.p99,
        ],
      ],
    ),
    ...table(
      'Expectations',
      ['', 'what', 'seen'],
      report.expectations.map((e) => [
        e.ok ? 'held' : 'FAILED',
        e.name,
        e.ok ? e.detail.slice(0, 80) : e.detail.slice(0, 400),
      ]),
    ),
    '',
    `${held} of ${report.expectations.length} expectations held; the day took ${(report.ms / 1000).toFixed(1)} s`,
  ].join('\n');
}
