/** p50, p95 and p99 of durations in ms (nearest rank); zeros when there are none, so that a report keeps its shape. */
export function percentiles(ms: readonly number[]): {
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
} {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (p: number) => Math.round((sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)] ?? 0) * 100) / 100;
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
