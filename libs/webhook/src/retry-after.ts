const secondsMax = 31_536_000;

/** What a `Retry-After` header asks, in ms from `now`: seconds or an HTTP date; undefined when it says nothing sensible. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.length > 64) return undefined;
  const text = header.trim();
  if (/^\d{1,20}$/.test(text)) return Math.min(Number(text), secondsMax) * 1_000;
  const at = /^[A-Za-z]{3}, /.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : Math.min(Math.max(0, at - now), secondsMax * 1_000);
}
