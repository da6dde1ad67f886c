import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '@kruispunt/clock';
import type { Caller } from '@kruispunt/policy';
import { Problem, problem } from '@kruispunt/problem';
import { callerOfClaims } from './caller-of-claims.js';
import { VerifiedTokens } from './verified-tokens.js';

/** What a token is for; a token for somebody else is no token here. */
const audience = 'kruispunt';
const algorithms = ['PS256', 'RS256', 'ES256', 'EdDSA'];
const kinds = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];
/** Clocks of two organisations may differ; more than a minute is a broken clock (security.md §5). */
const leewayS = 60;
/** A token of a client with 300 municipalities and all scopes stays under 4 KiB. */
const tokenCharsMax = 8_192;

/** Why a token was not accepted; said to the client, because it helps the honest and tells a forger nothing new. */
export type TokenFault =
  | 'missing'
  | 'malformed'
  | 'too-large'
  | 'algorithm'
  | 'signature'
  | 'unknown-key'
  | 'kind'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'not-yet-valid'
  | 'claims';

export type TokenVerdict =
  { readonly kind: 'caller'; readonly caller: Caller } | { readonly kind: 'refused'; readonly because: Problem };

const refused = (reason: TokenFault): TokenVerdict => ({
  kind: 'refused',
  because: problem('unauthenticated', { reason }),
});

/** Decides who speaks from the `Authorization` header: a JWT of our issuer, signed with a listed algorithm, for us, valid now. */
export class TokenVerifier {
  private readonly recent = new VerifiedTokens();

  constructor(
    private readonly issuer: string,
    private readonly keys: JWTVerifyGetKey,
    private readonly clock: Clock,
  ) {}

  /** Refuses with `unauthenticated` and its reason; `issuer-unavailable` when the keys cannot be had. Never throws. */
  async verify(authorization: string | undefined): Promise<TokenVerdict> {
    if (authorization === undefined) return refused('missing');
    const token = /^Bearer ([\w.~+/=-]+)$/i.exec(authorization)?.[1];
    if (token === undefined) return refused('malformed');
    if (token.length > tokenCharsMax) return refused('too-large');
    const now = this.clock.now();
    const known = this.recent.get(token, now);
    return known ? { kind: 'caller', caller: known } : this.check(token, now);
  }

  private async check(token: string, now: number): Promise<TokenVerdict> {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.keys, {
        algorithms,
        issuer: this.issuer,
        audience,
        clockTolerance: leewayS,
        currentDate: new Date(now),
        requiredClaims: ['exp', 'sub', 'vo_orgcode', 'scope'],
      });
      if (!kinds.includes(protectedHeader.typ?.toLowerCase())) return refused('kind');
      return this.callerIn(token, payload, now);
    } catch (fault) {
      return fault instanceof Problem ? { kind: 'refused', because: fault } : refused(faultOf(fault));
    }
  }

  private callerIn(token: string, payload: JWTPayload, now: number): TokenVerdict {
    if (payload.iat !== undefined && payload.iat * 1_000 > now + leewayS * 1_000) return refused('not-yet-valid');
    const caller = callerOfClaims(payload);
    if (!caller) return refused('claims');
    this.recent.put(token, caller, (payload.exp ?? 0) * 1_000, now);
    return { kind: 'caller', caller };
  }
}

function faultOf(fault: unknown): TokenFault {
  if (fault instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (fault instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (fault instanceof errors.JWKSNoMatchingKey || fault instanceof errors.JWKSMultipleMatchingKeys)
    return 'unknown-key';
  if (fault instanceof errors.JWTExpired) return 'expired';
  if (!(fault instanceof errors.JWTClaimValidationFailed)) return 'malformed';
  if (fault.reason === 'check_failed' && fault.claim === 'nbf') return 'not-yet-valid';
  if (fault.claim === 'iss') return 'issuer';
  return fault.claim === 'aud' ? 'audience' : 'claims';
}

/**
 * The public keys of the issuer at `url`, kept for ten minutes; an unknown key asks again, at most every half minute.
 * Throws `issuer-unavailable` when they cannot be had: that is our trouble, not a bad token.
 */
export function issuerKeys(url: string): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(new URL(url), {
    timeoutDuration: 5_000,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (cause) {
      const aboutThisToken =
        cause instanceof errors.JWKSNoMatchingKey ||
        cause instanceof errors.JWKSMultipleMatchingKeys ||
        cause instanceof errors.JOSENotSupported;
      throw aboutThisToken ? cause : problem('issuer-unavailable', {}, cause);
    }
  };
}
