import type { DocumentedParameter, DocumentedRoute } from '@kruispunt/nest';
import { answers, found, reasoned } from './openapi-parts.js';
import { json, listOf, object, ref, text } from './openapi-schemas.js';

const path: Readonly<Record<string, DocumentedParameter>> = {
  id: { in: 'path', doc: 'The id of the protocol.' },
  version: { in: 'path', doc: 'Its version, from 1.' },
};

const decision = (verb: 'approve' | 'reject', access: DocumentedRoute['access'], summary: string): DocumentedRoute => ({
  verb: 'POST',
  path: `/v1/protocols/:id/:version/${verb}`,
  access,
  id: `${verb}Protocol`,
  summary,
  parameters: path,
  body: json(object({ digest: text, reason: text, dryRun: { type: 'boolean' } }, ['dryRun'])),
  answers: answers('What changes, per subscription.', ref('ProtocolAct')),
  problems: [...reasoned, 'plan-changed'],
});

/** Who may get what, as data that two people change. */
export const protocolRoutes: readonly DocumentedRoute[] = [
  {
    verb: 'GET',
    path: '/v1/protocols',
    access: ['kruispunt.subscribe', 'kruispunt.operate', 'kruispunt.admin', 'kruispunt.approve'],
    id: 'protocols',
    summary: 'Every version of every protocol that was approved, and what is proposed',
    answers: answers(
      'The protocols.',
      object({ protocols: listOf(ref('Protocol')), proposals: listOf({ type: 'object' }) }),
    ),
    problems: ['store-unavailable'],
  },
  {
    verb: 'GET',
    path: '/v1/protocols/:id/:version',
    access: ['kruispunt.operate', 'kruispunt.admin', 'kruispunt.approve'],
    id: 'protocol',
    summary: 'One version, with the people behind it',
    parameters: path,
    answers: answers('As it stands, and the latest text under its number.'),
    problems: found,
  },
  {
    verb: 'POST',
    path: '/v1/protocols/:id/:version/propose',
    access: ['kruispunt.admin'],
    id: 'proposeProtocol',
    summary: 'Write a version down; another person approves it',
    doc: 'A version never changes: a changed protocol is a new one. With `replaces` it takes the place of an earlier one, for whoever names that. `dryRun` goes the whole way up to the commit.',
    parameters: path,
    body: json(ref('ProtocolText')),
    answers: answers('The text with its digest, and what it would change per subscription.', ref('ProtocolAct')),
    problems: reasoned,
  },
  decision('approve', ['kruispunt.approve'], 'Approve a text: a second person, bound to its digest; in force at once'),
  decision('reject', ['kruispunt.approve', 'kruispunt.admin'], 'Reject a text'),
  {
    verb: 'POST',
    path: '/v1/protocols/:id/:version/withdraw',
    access: ['kruispunt.admin'],
    id: 'withdrawProtocol',
    summary: 'Withdraw a version, for good: one person, at once',
    doc: 'When the answer comes, no process lets another byte leave under it.',
    parameters: path,
    body: json(object({ reason: text, dryRun: { type: 'boolean' } }, ['dryRun'])),
    answers: answers('What ends, per subscription.', ref('ProtocolAct')),
    problems: reasoned,
  },
];
