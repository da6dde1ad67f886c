/** Why a schema may not follow another. */
export interface Objection {
  readonly at: string;
  readonly reason: string;
}
export const compatibility = (): readonly Objection[] => [];
