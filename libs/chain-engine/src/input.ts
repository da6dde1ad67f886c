import type { OpInput } from './op.js';

/** What comes in. `name` is the TypeScript name of the contract; `id` is unique per source, so `source` belongs to it. */
export type Input =
  | {
      readonly kind: 'event';
      readonly name: string;
      readonly id: string;
      readonly source: string;
      readonly payload: unknown;
      /** The instance whose chain published it, if one did. */
      readonly parent?: string;
    }
  | { readonly kind: 'timer'; readonly timer: string; readonly gen: number }
  | OpInput;

/** What an input is called where people look: the contract, the timer's term, or the operator's verb. */
export function nameOf(input: Input): string {
  switch (input.kind) {
    case 'event':
      return input.name;
    case 'timer':
      return `term ${input.timer}`;
    case 'op':
      return `op ${input.act.verb}`;
    default:
      return input satisfies never;
  }
}
