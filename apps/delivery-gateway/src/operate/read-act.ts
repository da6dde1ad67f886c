import type { JsonObject } from '@kruispunt/nest';
import { problem } from '@kruispunt/problem';

export const reasonMin = 10;
export const reasonMax = 500;

/** What the body of every verb says beside its own members. */
export interface ActWish {
  readonly reason: string;
  readonly dryRun: boolean;
}

/** The reason and `dryRun`; `known` are the verb's own members. Throws `reason-required`, or `invalid-request` with the place. */
export function readAct(body: JsonObject, known: readonly string[] = []): ActWish {
  onlyMembers(body, ['reason', 'dryRun', ...known]);
  return { reason: readReason(body), dryRun: readDryRun(body) };
}

/** A reason an auditor can use: 10 to 500 characters. Throws `reason-required`. */
export function readReason(body: JsonObject): string {
  const reason = typeof body['reason'] === 'string' ? body['reason'].trim() : '';
  if (reason.length < reasonMin || reason.length > reasonMax)
    throw problem('reason-required', { at: '/reason', min: reasonMin, max: reasonMax });
  return reason;
}

export function readDryRun(body: JsonObject): boolean {
  const dryRun = body['dryRun'] ?? false;
  if (typeof dryRun !== 'boolean')
    throw problem('invalid-request', { at: '/dryRun', reason: 'expected true or false' });
  return dryRun;
}

/** Throws `invalid-request` for a member nobody reads: a misspelt limit must not be no limit. */
export function onlyMembers(body: JsonObject, known: readonly string[]): void {
  const odd = Object.keys(body).find((name) => !known.includes(name));
  if (odd !== undefined) throw problem('invalid-request', { at: `/${odd}`, reason: 'no such member' });
}

/** The same, where the owner of a thing need not give one. Throws `reason-required` for one that nobody can use. */
export const optionalReason = (body: JsonObject): string | undefined =>
  body['reason'] === undefined ? undefined : readReason(body);
