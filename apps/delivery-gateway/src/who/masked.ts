/** A value without what it says: `text(12)`, `number`, `list(2)`; true, false and null go too. Records keep the names of their members. */
export function masked(value: unknown): unknown {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return `text(${value.length})`;
  if (typeof value === 'number' || typeof value === 'bigint') return 'number';
  if (typeof value === 'boolean') return 'yes-or-no';
  if (Array.isArray(value)) return `list(${value.length})`;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, masked(member)]));
}
