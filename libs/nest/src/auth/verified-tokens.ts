import { createHash } from 'node:crypto';
import type { Caller } from '@kruispunt/policy';

/** A revoked key must stop working soon; a minute is what security.md §5 allows for cached answers. */
const keptMsMax = 60_000;
/** Some hundred clients are expected; past this the oldest is forgotten, which only costs a verification. */
const countMax = 1_000;

/** Tokens that were verified a moment ago, so that a publisher who sends a thousand requests a second pays for one signature. */
export class VerifiedTokens {
  private readonly callers = new Map<string, { readonly caller: Caller; readonly until: number }>();

  /** `now` in ms. The key is a digest: a token is never kept. */
  get(token: string, now: number): Caller | undefined {
    const key = digest(token);
    const kept = this.callers.get(key);
    if (kept && kept.until > now) return kept.caller;
    this.callers.delete(key);
    return undefined;
  }

  /** Keeps `caller` until its token expires (`expiresAt`, ms), a minute at most. */
  put(token: string, caller: Caller, expiresAt: number, now: number): void {
    if (this.callers.size >= countMax) this.callers.delete(this.callers.keys().next().value ?? '');
    this.callers.set(digest(token), { caller, until: Math.min(expiresAt, now + keptMsMax) });
  }
}

const digest = (token: string): string => createHash('sha256').update(token).digest('base64');
