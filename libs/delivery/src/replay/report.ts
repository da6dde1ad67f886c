import type { Verdict, VerifiedItem } from './verify.js';

/** The heading of a report: what was done, by whom and why. Instants as RFC 3339. */
export interface ReportHead {
  readonly run: string;
  readonly plan: string;
  readonly digest: string;
  readonly subscription: string;
  readonly intent: string;
  readonly reason: string;
  readonly ticket: string | null;
  readonly requestedBy: string;
  readonly approvedBy: string | null;
  readonly startedBy: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

const columns = ['n', 'id', 'source', 'type', 'before', 'state', 'reason', 'after', 'evidence', 'fault'] as const;

const cell = (item: VerifiedItem, column: (typeof columns)[number]): string => {
  const value = item[column];
  return value === undefined ? '' : Array.isArray(value) ? value.join(' ') : String(value);
};

/** A text that no spreadsheet takes for a formula, quoted as RFC 4180 says. */
const csvCell = (text: string): string => {
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
};

/** The header line of a csv. Lines end in CRLF. */
export const csvHeading = `${columns.join(',')}\r\n`;

/** One item, before and after, as a line of csv. */
export const csvLine = (item: VerifiedItem): string => `${columns.map((c) => csvCell(cell(item, c))).join(',')}\r\n`;

const mdCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/[\r\n]+/g, ' ');

/** The beginning of the report a person files: heading, result, and the head of the table of items. */
export function markdownHeading(head: ReportHead, v: Verdict): string {
  const facts = Object.entries(head).map(([name, value]) => `| ${name} | ${mdCell(value ?? '–')} |`);
  const result = v.ok
    ? 'Every item agrees with the audit trail and the stores.'
    : `${v.faults} items disagree; ${v.outside} audit lines lie outside the plan.`;
  return [
    `# Heraflevering ${head.run}`,
    '',
    '| | |',
    '|---|---|',
    ...facts,
    '',
    `delivered ${v.delivered} · failed ${v.failed} · skipped ${v.skipped} · faults ${v.faults}. ${result}`,
    '',
    `| ${columns.join(' | ')} |`,
    `|${columns.map(() => '---').join('|')}|`,
    '',
  ].join('\n');
}

/** One item as a row of that table. */
export const markdownRow = (item: VerifiedItem): string =>
  `| ${columns.map((c) => mdCell(cell(item, c))).join(' | ')} |\n`;
