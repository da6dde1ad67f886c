import { routeParts, shape, type DocumentedParameter } from '@kruispunt/nest';

export const { answers, found, operator, query, reasoned, written } = routeParts;

export const subscriber = ['kruispunt.subscribe', 'kruispunt.operate'] as const;
export const id: Readonly<Record<string, DocumentedParameter>> = {
  id: { in: 'path', doc: 'The id of the subscription.' },
};
/** What every act of a replay or on parked events is asked with. */
export const act = {
  reason: { ...shape.text, minLength: 10, maxLength: 500 },
  dryRun: { type: 'boolean', default: false },
};
