import { routeParts, type DocumentedParameter } from '@kruispunt/nest';
import type { Slug } from '@kruispunt/problem';

export const { answers, found, operator, query } = routeParts;
/** What any order may be refused for. */
export const ordered: readonly Slug[] = routeParts.reasoned;

export const approver = ['kruispunt.approve'] as const;
export const id: Readonly<Record<string, DocumentedParameter>> = { id: { in: 'path', doc: 'Its id.' } };

/** What a second person's word may be refused for. */
export const decided: readonly Slug[] = [...ordered, 'plan-changed'];
/** What moving the proving ground's clock may be refused for. */
export const moved: readonly Slug[] = [...routeParts.written, 'not-found'];
