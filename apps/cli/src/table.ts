import { plain } from './plain.js';

/** What stands in a cell; nothing is shown as a dash. */
export type Cell = string | number | boolean | null | undefined;
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const text = (cell: Cell): string => (cell === null || cell === undefined || cell === '' ? '–' : plain(String(cell)));

/** Columns as wide as their widest cell, two spaces apart; numbers to the right. No frames: it pipes and reads aloud well. */
export function tableLines({ columns, rows }: Table): readonly string[] {
  const cells = rows.map((row) => row.map(text));
  const widths = columns.map((name, i) => Math.max(name.length, ...cells.map((row) => (row[i] ?? '').length)));
  const right = columns.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number'));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (right[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [line(columns.map((name) => name.toUpperCase())), ...cells.map(line)];
}

/** Facts of one thing, name and value. */
export function factLines(facts: readonly (readonly [name: string, value: Cell])[]): readonly string[] {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `  ${name.padEnd(width)}  ${text(value)}`);
}
