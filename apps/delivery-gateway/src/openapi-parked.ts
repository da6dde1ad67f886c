import type { DocumentedParameter, DocumentedRoute } from '@kruispunt/nest';
import { act, answers, found, operator, query, reasoned } from './openapi-parts.js';
import { json, object, ref, text } from './openapi-schemas.js';

const selected: Readonly<Record<string, DocumentedParameter>> = {
  id: { in: 'path', doc: 'The fingerprint of a group, or the id of one parked event.' },
};

const verb = (
  name: string,
  summary: string,
  own: Readonly<Record<string, typeof text>> = {},
  doc = 'With `dryRun` everything happens but the audit line and the commit.',
): DocumentedRoute => ({
  verb: 'POST',
  path: `/v1/parked/:id/${name}`,
  access: operator,
  id: `${name}Parked`,
  summary,
  doc,
  parameters: selected,
  body: json(object({ ...own, ...act }, ['dryRun', 'ticket'])),
  answers: name === 'retry' ? answers('The plan.', ref('Answer'), 201) : answers('What it came to, or would.'),
  problems: name === 'retry' ? [...reasoned, 'too-many-requests', 'log-unavailable'] : reasoned,
});

/** What needs a person, and what a person does with it. */
export const parkedRoutes: readonly DocumentedRoute[] = [
  {
    verb: 'GET',
    path: '/v1/parked',
    access: operator,
    id: 'parked',
    summary: 'Parked events, newest first',
    parameters: {
      subscription: query('Its id.'),
      group: query('A fingerprint.'),
      type: query('An event type.'),
      event: query('An event’s id.'),
      discarded: query('`true`: what a person set aside and can still be restored.'),
      limit: query('At most.'),
    },
    answers: answers('The list: never a payload, never a key.'),
    problems: ['invalid-request', 'store-unavailable'],
  },
  {
    verb: 'GET',
    path: '/v1/parked/groups',
    access: operator,
    id: 'parkedGroups',
    summary: 'Parked events by cause',
    parameters: {
      by: query('By what they are put together.', {
        enum: ['reason', 'type', 'subscription', 'key'],
        default: 'reason',
      }),
    },
    answers: answers('The largest first; a key is told as its hash.'),
    problems: ['invalid-request', 'store-unavailable'],
  },
  {
    verb: 'POST',
    path: '/v1/parked/export',
    access: operator,
    id: 'exportParked',
    summary: 'Parked events as one file',
    doc: 'The filters of the list; at most 50 000 events. Who took it stands in the audit trail.',
    body: json(
      object(
        {
          ...act,
          format: { enum: ['jsonl', 'csv'], default: 'jsonl' },
          subscription: text,
          group: text,
          type: text,
          event: text,
          discarded: text,
        },
        ['dryRun', 'format', 'subscription', 'group', 'type', 'event', 'discarded'],
      ),
    ),
    answers: { 200: { doc: 'The file.', content: { 'application/x-ndjson': text, 'text/csv': text } } },
    problems: reasoned,
  },
  {
    verb: 'GET',
    path: '/v1/parked/:id',
    access: operator,
    id: 'parkedEvent',
    summary: 'One parked event',
    answers: answers('By its own id, or by the event’s.'),
    problems: found,
  },
  verb('note', 'Note something on a group or an event', { note: text }),
  verb('assign', 'Say who looks at it', { assignee: text }),
  verb(
    'discard',
    'Set it aside; undoable for 30 days',
    {},
    'Then its payload is erased. A key that was held by it goes on, and the receiver is told of the gap. With `dryRun` nothing is committed.',
  ),
  verb('restore', 'Undo a discard', {}, 'The key is not held again: what stood behind it may have gone.'),
  verb('retry', 'Plan a replay of it', { ticket: text }, 'The plan is approved and started as any other.'),
];
