import { openApiDocument, type DocumentedRoute, type JsonSchema } from '@kruispunt/nest';
import type { Slug } from '@kruispunt/problem';
import { ownReplayRoutes } from './openapi-own-replays.js';
import { parkedRoutes } from './openapi-parked.js';
import { act, answers, found, id, operator, query, reasoned, subscriber, written } from './openapi-parts.js';
import { protocolRoutes } from './openapi-protocols.js';
import { whoRoutes } from './openapi-who.js';
import { instant, json, listOf, object, ref, schemas, text } from './openapi-schemas.js';

const acted: readonly Slug[] = ['reason-required', 'audit-unavailable'];
const reason = query('Why; required of an operator who acts for another organisation.');

const subscriptions: readonly DocumentedRoute[] = [
  {
    verb: 'POST',
    path: '/v1/subscriptions',
    access: subscriber,
    id: 'subscribe',
    summary: 'Subscribe',
    doc: 'A webhook is `new` until its probe passes; who pulls is `active` at once. Exceptions of the address guard are for operators to grant.',
    body: json(ref('SubscriptionWish')),
    answers: answers('The subscription, with the keys to verify with.', ref('Subscription'), 201),
    problems: [...acted, ...written, 'unknown-type', 'endpoint-forbidden', 'conflict', 'log-unavailable'],
  },
  {
    verb: 'GET',
    path: '/v1/subscriptions',
    access: subscriber,
    id: 'subscriptions',
    summary: 'Your subscriptions; an operator sees all',
    answers: answers('By name.', object({ subscriptions: listOf(ref('Subscription')) })),
    problems: ['store-unavailable'],
  },
  {
    verb: 'GET',
    path: '/v1/subscriptions/:id',
    access: subscriber,
    id: 'subscription',
    summary: 'One subscription, as the server applies it',
    parameters: id,
    answers: answers('The subscription.', ref('Subscription')),
    problems: found,
  },
  {
    verb: 'PATCH',
    path: '/v1/subscriptions/:id',
    access: subscriber,
    id: 'changeSubscription',
    summary: 'Change, pause or resume',
    doc: 'A new endpoint must pass a new probe, and gets no redelivery for 24 hours. What is paused accumulates: its position stands still.',
    parameters: id,
    body: json(ref('SubscriptionChange')),
    answers: answers('As it is now.', ref('Subscription')),
    problems: [...acted, ...written, 'not-found', 'conflict', 'endpoint-forbidden'],
  },
  {
    verb: 'DELETE',
    path: '/v1/subscriptions/:id',
    access: subscriber,
    id: 'endSubscription',
    summary: 'End it, for good',
    parameters: { ...id, reason },
    answers: answers('As it ended.', ref('Subscription')),
    problems: [...acted, ...found, 'conflict'],
  },
  {
    verb: 'POST',
    path: '/v1/subscriptions/:id/probe',
    access: subscriber,
    id: 'probe',
    summary: 'Probe the endpoint',
    doc: 'One call without our signature (401 or 403 wanted) and one with it (2xx wanted). A new subscription that passes is active. TLS and the clock are told too.',
    parameters: id,
    answers: answers('What was found.', ref('Probe')),
    problems: [...found, 'conflict'],
  },
  {
    verb: 'POST',
    path: '/v1/subscriptions/:id/keys',
    access: subscriber,
    id: 'rotateKey',
    summary: 'A new signing key; the old one signs along for a week',
    parameters: { ...id, reason },
    answers: answers('With both keys.', ref('Subscription')),
    problems: [...acted, ...found, 'conflict'],
  },
  {
    verb: 'GET',
    path: '/v1/subscriptions/:id/deliveries',
    access: subscriber,
    id: 'deliveries',
    summary: 'Your own delivery log, newest first',
    parameters: {
      ...id,
      limit: query('1 to 500.'),
      before: query('Attempts before this instant.', instant),
      event: query('The event’s id.'),
    },
    answers: answers('Attempts.'),
    problems: [...found, 'invalid-request'],
  },
  {
    verb: 'GET',
    path: '/v1/subscriptions/:id/events',
    access: ['kruispunt.subscribe'],
    id: 'pull',
    summary: 'Pull a page of events',
    doc: 'In log order per key. Asking with `after` acknowledges everything before that cursor. A page may be empty and still move on.',
    parameters: {
      ...id,
      after: query('`next` of the page before.'),
      limit: query('1 to 500, default 100.'),
      wait: query('Wait for something new: `20s` at most `30s`.'),
      delivered: query(
        '`false`, for any channel: what you have not had and how it stands, without payload, and nothing is acknowledged.',
      ),
      from: query('With `delivered=false`: since; at most 7 days.', instant),
      to: query('With `delivered=false`: until.', instant),
    },
    answers: {
      200: {
        doc: 'A page; for FILE one period as compressed NDJSON, with `content-digest`, and its cursor in `kpnext`.',
        content: { ...json(ref('Page')), 'application/gzip': { type: 'string', format: 'binary' } },
      },
      204: { doc: 'FILE: no period with anything unread is over; `retry-after` says when one may be.' },
    },
    problems: [...found, 'invalid-request', 'conflict', 'audit-unavailable', 'log-unavailable'],
  },
  {
    verb: 'POST',
    path: '/v1/subscriptions/:id/ack',
    access: ['kruispunt.subscribe'],
    id: 'acknowledge',
    summary: 'Acknowledge without asking for more',
    parameters: id,
    body: json(object({ cursor: text })),
    answers: answers('How many partitions moved.'),
    problems: [...written, 'not-found', 'conflict'],
  },
];

const operators: readonly DocumentedRoute[] = [
  {
    verb: 'GET',
    path: '/v1/flow',
    access: operator,
    id: 'flow',
    summary: 'How delivery flows, from the stores',
    answers: answers('Now.', ref('Flow')),
    problems: ['store-unavailable', 'log-unavailable'],
  },
];

const runVerb = (verb: string, summary: string, own: Readonly<Record<string, JsonSchema>> = {}): DocumentedRoute => ({
  verb: 'POST',
  path: `/v1/replays/:id/${verb}`,
  access: operator,
  id: `${verb}Replay`,
  summary,
  body: json(object({ ...own, ...act }, ['dryRun'])),
  answers: answers('The run, as it is or would be.'),
  problems: reasoned,
});
const decision = (verb: string): DocumentedRoute => ({
  verb: 'POST',
  path: `/v1/replays/:id/${verb}`,
  access: ['kruispunt.approve'],
  id: `${verb}Replay`,
  summary: `${verb === 'approve' ? 'Approve' : 'Reject'} a plan: a second person, bound to its digest`,
  body: json(ref('Decision')),
  answers: answers('The plan.'),
  problems: [...reasoned, 'plan-changed', 'forbidden'],
});

const replays: readonly DocumentedRoute[] = [
  {
    verb: 'POST',
    path: '/v1/replays',
    access: operator,
    id: 'planReplay',
    summary: 'Plan a redelivery: a frozen preview, nothing is sent',
    body: json(ref('PlanRequest')),
    answers: answers('The plan with its digest.', ref('Answer'), 201),
    problems: [...reasoned, 'too-many-requests', 'log-unavailable'],
  },
  {
    verb: 'POST',
    path: '/v1/replays/import',
    access: operator,
    id: 'importReplay',
    summary: 'Make an exported plan again',
    doc: 'It must come out with the digest it had. With another it is kept, rejected, so that its items can be held against the exported ones.',
    body: json(object({ request: ref('Answer'), digest: text, ticket: text, ...act }, ['ticket', 'dryRun'])),
    answers: answers('The plan with its digest.', ref('Answer'), 201),
    problems: [...reasoned, 'plan-changed', 'too-many-requests', 'log-unavailable'],
  },
  {
    verb: 'GET',
    path: '/v1/replays',
    access: operator,
    id: 'replays',
    summary: 'Plans and runs',
    answers: answers('The newest first.'),
    problems: ['invalid-request', 'store-unavailable'],
  },
  {
    verb: 'GET',
    path: '/v1/replays/:id',
    access: operator,
    id: 'replay',
    summary: 'A plan or a run',
    answers: answers('As it stands.'),
    problems: found,
  },
  {
    verb: 'GET',
    path: '/v1/replays/:id/items',
    access: operator,
    id: 'replayItems',
    summary: 'Its items',
    answers: answers('Per item before and after.'),
    problems: [...found, 'invalid-request'],
  },
  {
    verb: 'GET',
    path: '/v1/replays/:id/export',
    access: operator,
    id: 'exportReplay',
    summary: 'A plan, to be made again elsewhere or later',
    doc: 'Its items come from `…/items`.',
    answers: answers('Request, with the range closed, and digest.'),
    problems: found,
  },
  decision('approve'),
  decision('reject'),
  {
    verb: 'POST',
    path: '/v1/replays/:id/start',
    access: operator,
    id: 'startReplay',
    summary: 'Start a plan',
    doc: 'One active run per subscription; the policy is asked again per item.',
    body: json(ref('Answer')),
    answers: answers('The run.', ref('Answer'), 202),
    problems: [...reasoned, 'plan-changed', 'approval-required', 'run-active'],
  },
  runVerb('pause', 'Pause a run'),
  runVerb('resume', 'Resume a run'),
  runVerb('cancel', 'Cancel a run; what was sent stays sent'),
  runVerb('rate', 'Change the rate of a run', { rate: { type: 'integer', minimum: 1, maximum: 10_000 } }),
  runVerb('ramp', 'Change the ramp of a run', { ramp: text }),
  {
    verb: 'GET',
    path: '/v1/replays/:id/verify',
    access: operator,
    id: 'verifyReplay',
    summary: 'Hold every item against the audit trail',
    parameters: { items: query('`faults`: only those that disagree; `all` (default).') },
    answers: answers('Per item.'),
    problems: [...found, 'conflict', 'invalid-request', 'too-many-requests', 'log-unavailable'],
  },
  {
    verb: 'GET',
    path: '/v1/replays/:id/report',
    access: operator,
    id: 'reportReplay',
    summary: 'The report of a run',
    parameters: { format: query('json, csv or md.') },
    answers: {
      200: {
        doc: 'The report.',
        content: { 'application/json': ref('Answer'), 'text/csv': text, 'text/markdown': text },
      },
    },
    problems: [...found, 'conflict', 'invalid-request', 'too-many-requests', 'log-unavailable'],
  },
];

/** Every route of the gateway but the probes; a spec holds it against the router. */
export const routes: readonly DocumentedRoute[] = [
  ...subscriptions,
  ...ownReplayRoutes,
  ...whoRoutes,
  ...protocolRoutes,
  ...operators,
  ...parkedRoutes,
  ...replays,
];

export const openApi = openApiDocument({
  title: 'Kruispunt: delivery gateway',
  version: '0.1.0',
  doc: 'Agencies subscribe and receive exactly what the law lets them know; operators see what flows, what is parked, and redeliver it safely.',
  routes,
  schemas,
});
