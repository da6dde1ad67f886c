import type { DocumentedRoute } from '@kruispunt/nest';
import { answers, found, id, subscriber, written } from './openapi-parts.js';
import { date, json, listOf, object, ref, text } from './openapi-schemas.js';

const key = {
  ...id,
  key: { in: 'path', doc: 'The subject’s stable key: a pseudonym, never a national number.' },
} as const;
const simulation = object({ kind: text, apiVersion: text, results: listOf(ref('Simulated')) });
const lines = (doc: string) => ({ 200: { doc, content: { 'application/x-ndjson': text } } });

/** What the server applies, who would get an event, and the repertorium. */
export const whoRoutes: readonly DocumentedRoute[] = [
  {
    verb: 'GET',
    path: '/v1/subscriptions/:id/effective',
    access: subscriber,
    id: 'effectiveSubscription',
    summary: 'What the server applies today, not what was asked',
    doc: 'Types and fields after protocol and wish, territory after mergers, period, subjects, rate, channel, circuit, position; and alarms when it may have gone silent.',
    parameters: id,
    answers: answers('As it is applied.', ref('EffectiveSubscription')),
    problems: [...found, 'log-unavailable'],
  },
  {
    verb: 'POST',
    path: '/v1/subscriptions/simulate',
    access: subscriber,
    id: 'simulateEvent',
    summary: 'Who would get this event, with which fields, by which rule; who not, and why',
    doc: 'The code of the delivery itself, on an event that nobody published; nothing leaves. An operator asks about every subscription and gives a reason, anybody else about its own. An event about a person leaves an audit line.',
    body: json(object({ event: { type: 'object' }, reason: text }, ['reason'])),
    answers: answers('One result per subscription.', simulation),
    problems: [...written, 'unknown-type', 'schema-mismatch', 'reason-required', 'audit-unavailable'],
  },
  {
    verb: 'POST',
    path: '/v1/subscriptions/:id/simulate',
    access: subscriber,
    id: 'simulateLast',
    summary: 'What becomes of the last real events of its types, masked',
    doc: 'Newest first, from the log. Each event about a person leaves an audit line; who is not the holder gives a reason.',
    parameters: id,
    body: json(
      object({ last: { type: 'integer', minimum: 1, maximum: 500, default: 100 }, reason: text }, ['last', 'reason']),
    ),
    answers: answers('One result per event.', simulation),
    problems: [...written, 'not-found', 'reason-required', 'audit-unavailable', 'log-unavailable'],
  },
  {
    verb: 'GET',
    path: '/v1/subscriptions/:id/subjects',
    access: subscriber,
    id: 'exportSubjects',
    summary: 'The repertorium of a subscription, as ndjson',
    parameters: id,
    answers: lines('A line per subject: `subject`, `from`, `to`, `migratedFrom`, `replaced`.'),
    problems: found,
  },
  {
    verb: 'POST',
    path: '/v1/subscriptions/:id/subjects',
    access: subscriber,
    id: 'importSubjects',
    summary: 'Up to 1 000 lines of ndjson into the repertorium, a result per line',
    doc: 'A line is `{"subject", "from"?, "to"?}`, or with `"action": "unregister"`. The good ones are done, whatever the others are; the same lines again change nothing.',
    parameters: id,
    body: { 'application/x-ndjson': text },
    answers: lines(
      'A line per line: `line`, `outcome` (registered, unchanged, unregistered, absent, refused), `problem`.',
    ),
    problems: [...found, 'batch-too-large', 'body-too-large', 'unsupported-content-type', 'audit-unavailable'],
  },
  {
    verb: 'PUT',
    path: '/v1/subscriptions/:id/subjects/:key',
    access: subscriber,
    id: 'registerSubject',
    summary: 'Put a subject in the repertorium',
    doc: 'From today and for a year, unless told: a registration always ends, and is reminded of before.',
    parameters: key,
    body: json(object({ from: date, to: date }, ['from', 'to'])),
    answers: answers('The registration.'),
    problems: [...written, 'not-found', 'insz-in-context', 'audit-unavailable'],
  },
  {
    verb: 'DELETE',
    path: '/v1/subscriptions/:id/subjects/:key',
    access: subscriber,
    id: 'unregisterSubject',
    summary: 'Take a subject out of the repertorium',
    parameters: key,
    answers: answers('The subject.'),
    problems: [...found, 'audit-unavailable'],
  },
];
