/**
 * A seeded fault: one text of one file, replaced. `file` is a file of the product, or of the simulated process and database around it
 * where the fault is one of the rim (SQL, order of I/O). The text must stand there exactly once.
 */
export interface Mutant {
  readonly name: string;
  readonly simulator: 'delivery' | 'chain';
  /** What is no longer so. */
  readonly breaks: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}
