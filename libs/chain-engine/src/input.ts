/** What comes in. `name` is the TypeScript name of the contract; `id` is unique per source, so `source` belongs to it. */
export type Input =
  | {
      readonly kind: 'event';
      readonly name: string;
      readonly id: string;
      readonly source: string;
      readonly payload: unknown;
    }
  | { readonly kind: 'timer'; readonly timer: string; readonly gen: number };
