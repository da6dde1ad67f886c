/** Who speaks, as the verified token says: an organisation, never a person's name. */
export interface Caller {
  /** The claim `vo_orgcode`: an OVO code or a KBO urn. */
  readonly organisation: string;
  /** The claim `niscode`: the municipalities this organisation administers; empty for an agency. */
  readonly nis: readonly string[];
  readonly scopes: readonly string[];
  /** The claim `sub`: the client or the operator, as the issuer names it. */
  readonly subject: string;
}

/** The rights a token can carry; what each opens stands in docs/reference. */
export const scopes = [
  'kruispunt.publish',
  'kruispunt.subscribe',
  'kruispunt.fetch',
  'kruispunt.operate',
  /** Changes where a chain instance stands. */
  'kruispunt.repair',
  /** Touches the legal clock of chain instances, alone or by decree. */
  'kruispunt.law',
  'kruispunt.approve',
  'kruispunt.admin',
] as const;
export type Scope = (typeof scopes)[number];

/** True when the token carries the right; `kruispunt.admin` does not imply another one (four eyes would be void). */
export const hasScope = (caller: Caller, scope: Scope): boolean => caller.scopes.includes(scope);
