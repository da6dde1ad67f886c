import type { DocumentedParameter, DocumentedRoute } from '@kruispunt/nest';
import { act, answers, found, query, reasoned } from './openapi-parts.js';
import { instant, json, object, ref, text, texts, whole } from './openapi-schemas.js';

const subscriber = ['kruispunt.subscribe'] as const;
const path = '/v1/subscriptions/:id/replays';
const own: Readonly<Record<string, DocumentedParameter>> = {
  id: { in: 'path', doc: 'Your subscription.' },
  replay: { in: 'path', doc: 'The id of the plan or of its run.' },
};
const request = {
  from: instant,
  to: instant,
  types: texts,
  key: text,
  eventIds: texts,
  limit: whole,
  order: text,
  ticket: text,
};

/** What a subscriber does by itself with what it has not had. */
export const ownReplayRoutes: readonly DocumentedRoute[] = [
  {
    verb: 'POST',
    path,
    access: subscriber,
    id: 'planOwnReplay',
    summary: 'Plan a redelivery of what you have not had',
    doc: '`failed`: what is parked; `missing`: what matched and never came. At most 7 days and 1 000 events, 24 plans a day; by default of the last day. Sends nothing.',
    parameters: { id: own['id']! },
    body: json(
      object({ intent: { enum: ['failed', 'missing'] }, ...request, ...act }, ['dryRun', ...Object.keys(request)]),
    ),
    answers: answers('The plan with its digest.', ref('Answer'), 201),
    problems: [...reasoned, 'forbidden', 'too-many-requests', 'log-unavailable'],
  },
  {
    verb: 'GET',
    path: `${path}/:replay`,
    access: subscriber,
    id: 'ownReplay',
    summary: 'Your plan or run',
    parameters: own,
    answers: answers('As it stands.'),
    problems: found,
  },
  {
    verb: 'GET',
    path: `${path}/:replay/items`,
    access: subscriber,
    id: 'ownReplayItems',
    summary: 'Its items',
    parameters: {
      ...own,
      state: query('Only these states, by comma.'),
      after: query('Item.'),
      limit: query('1 to 500.'),
    },
    answers: answers('Per item before and after.'),
    problems: [...found, 'invalid-request'],
  },
  {
    verb: 'POST',
    path: `${path}/:replay/start`,
    access: subscriber,
    id: 'startOwnReplay',
    summary: 'Start it',
    doc: 'At most 50 a second; policy is asked again per item.',
    parameters: own,
    body: json(
      object({ digest: text, rate: whole, inFlightMax: whole, ramp: text, ...act }, [
        'rate',
        'inFlightMax',
        'ramp',
        'dryRun',
      ]),
    ),
    answers: answers('The run.', ref('Answer'), 202),
    problems: [...reasoned, 'plan-changed', 'approval-required', 'run-active'],
  },
  {
    verb: 'POST',
    path: `${path}/:replay/cancel`,
    access: subscriber,
    id: 'cancelOwnReplay',
    summary: 'Stop it; what was sent stays sent',
    parameters: own,
    body: json(object(act, ['dryRun'])),
    answers: answers('The run.'),
    problems: reasoned,
  },
  {
    verb: 'GET',
    path: `${path}/:replay/report`,
    access: subscriber,
    id: 'ownReplayReport',
    summary: 'Its report, held against the audit trail',
    parameters: { ...own, format: query('json, csv or md.') },
    answers: {
      200: {
        doc: 'The report.',
        content: { 'application/json': ref('Answer'), 'text/csv': text, 'text/markdown': text },
      },
    },
    problems: [...found, 'conflict', 'invalid-request'],
  },
];
