/** An RFC 3339 text as UTC with at most six decimals: what `timestamp-micros` holds. A seventh decimal is cut, never rounded up. */
export function instantOf(text: string): string {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
  const seconds = new Date(text.replace(/\.\d+/, '')).toISOString().slice(0, 19);
  const micros = fraction.slice(0, 6).replace(/0+$/, '');
  return micros === '' ? `${seconds}Z` : `${seconds}.${micros}Z`;
}
