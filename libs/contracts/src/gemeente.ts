/** A municipality as its NIS code. A kept code (Antwerpen, 2025) keeps one entry; a new code is a new entry. */
export interface Gemeente {
  readonly nis: string;
  readonly naam: string;
  readonly provincie: string;
  /** First day of this code, `YYYY-MM-DD`; 1970-01-01 when it is older than the list. */
  readonly van: string;
  /** Last day; null while it exists. */
  readonly tot: string | null;
  /** NIS codes that took over its territory; empty while it exists. */
  readonly opvolgers: readonly string[];
}
