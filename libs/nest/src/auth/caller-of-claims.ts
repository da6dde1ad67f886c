import type { Caller } from '@kruispunt/policy';
import type { JWTPayload } from 'jose';

/** A claim longer than this is nobody's: an OVO code has 9 characters, a KBO urn some 40, a client id less than 100. */
const claimCharsMax = 200;
/** More municipalities than Flanders has, or more scopes than exist, is a mistake or an attack. */
const nisCountMax = 300;
const scopeCountMax = 50;

const word = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= claimCharsMax && !/[\p{Cc}\p{Cf}]/u.test(value);

const nisCodes = (claim: unknown): readonly string[] | undefined => {
  const codes: unknown = claim === undefined ? [] : typeof claim === 'string' ? [claim] : claim;
  if (!Array.isArray(codes) || codes.length > nisCountMax) return undefined;
  return codes.every((code): code is string => typeof code === 'string' && /^\d{5}$/.test(code)) ? codes : undefined;
};

/** The caller a verified token speaks for, or undefined when its claims do not say so: `vo_orgcode`, `niscode`, `scope`, `sub`. */
export function callerOfClaims(claims: JWTPayload): Caller | undefined {
  const { vo_orgcode: organisation, niscode, scope, sub } = claims as Record<string, unknown>;
  const nis = nisCodes(niscode);
  if (!word(organisation) || !word(sub) || typeof scope !== 'string' || nis === undefined) return undefined;
  const scopes = scope.split(' ').filter((s) => s !== '');
  return scopes.length > scopeCountMax ? undefined : { organisation, nis, scopes, subject: sub };
}
