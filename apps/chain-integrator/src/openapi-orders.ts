import type { DocumentedRoute } from '@kruispunt/nest';
import { answers, approver, decided, found, id, operator, ordered } from './openapi-parts.js';
import { json, listOf, object, ref } from './openapi-schemas.js';

const ops = ['kruispunt.operate', 'kruispunt.repair', 'kruispunt.law'] as const;
const decrees = ['kruispunt.operate', 'kruispunt.law'] as const;

const word = (noun: string, path: string, what: 'approve' | 'reject'): DocumentedRoute => ({
  verb: 'POST',
  path: `${path}/:id/${what}`,
  access: approver,
  id: `${what}${noun}`,
  summary: what === 'approve' ? 'Approve it, as the second person' : 'Reject it',
  doc: 'Bound to the digest that was read. Who asked does not approve.',
  parameters: id,
  body: json(ref('Word')),
  answers: answers('As it is now.', ref('Order')),
  problems: decided,
});

/** What operators do, as orders that the owners of the partitions carry out. */
export const orderRoutes: readonly DocumentedRoute[] = [
  {
    verb: 'POST',
    path: '/v1/ops',
    access: ops,
    id: 'order',
    summary: 'Order a verb on one instance, several, or a group',
    doc: 'Written down and audited first, then carried out by the owner of the partition in the transaction path of an event. Each verb asks its own scope: `forbidden` names it.',
    body: json(ref('OrderWish')),
    answers: answers('The order; a small one as it ended, one that needs a second person as `PROPOSED`.', ref('Order')),
    problems: ordered,
  },
  {
    verb: 'GET',
    path: '/v1/ops',
    access: ops,
    id: 'orders',
    summary: 'The last orders',
    answers: answers('At most 100.', object({ kind: { const: 'ChainOrderList' }, orders: listOf(ref('Answer')) })),
    problems: ['store-unavailable'],
  },
  {
    verb: 'GET',
    path: '/v1/ops/:id',
    access: ops,
    id: 'orderById',
    summary: 'One order: how far, before and after',
    parameters: id,
    answers: answers('The order, with the first of what it touches.', ref('Order')),
    problems: found,
  },
  word('Order', '/v1/ops', 'approve'),
  word('Order', '/v1/ops', 'reject'),
  {
    verb: 'POST',
    path: '/v1/decrees',
    access: decrees,
    id: 'planDecree',
    summary: 'Plan a mass change of running terms',
    doc: 'Asks the scope `kruispunt.law`. Always waits for a second person; `dryRun` counts and shows before and after.',
    body: json(ref('DecreeWish')),
    answers: answers('The decree.', ref('Order')),
    problems: ordered,
  },
  {
    verb: 'GET',
    path: '/v1/decrees/:id',
    access: decrees,
    id: 'decree',
    summary: 'How far a decree is',
    parameters: id,
    answers: answers('The decree, with the first of what it touches.', ref('Order')),
    problems: found,
  },
  {
    verb: 'GET',
    path: '/v1/decrees/:id/report',
    access: decrees,
    id: 'decreeReport',
    summary: 'Every term it touched, before and after',
    parameters: id,
    answers: answers('At most 10 000 terms.', ref('Order')),
    problems: found,
  },
  word('Decree', '/v1/decrees', 'approve'),
  word('Decree', '/v1/decrees', 'reject'),
];

const plan = { plan: { in: 'path', doc: 'The name of the plan.' } } as const;

/** Versions of chains, and plans from one to the next. */
export const migrationRoutes: readonly DocumentedRoute[] = [
  {
    verb: 'GET',
    path: '/v1/versions',
    access: operator,
    id: 'versions',
    summary: 'Versions of chains, with how many instances each holds',
    answers: answers('By chain.', object({ kind: { const: 'ChainVersionList' }, versions: listOf(ref('Answer')) })),
    problems: ['store-unavailable'],
  },
  {
    verb: 'GET',
    path: '/v1/migrations',
    access: operator,
    id: 'migrationPlans',
    summary: 'Plans from one version to another',
    answers: answers('By name.', object({ kind: { const: 'MigrationPlanList' }, plans: listOf(ref('Answer')) })),
    problems: ['store-unavailable'],
  },
  {
    verb: 'GET',
    path: '/v1/migrations/:plan',
    access: operator,
    id: 'migrationPlan',
    summary: 'One plan, with what does not hold in it',
    parameters: plan,
    answers: answers('The plan.'),
    problems: found,
  },
  {
    verb: 'GET',
    path: '/v1/migrations/:plan/dry-run',
    access: operator,
    id: 'migrationDryRun',
    summary: 'The plan on what runs now, without effects',
    parameters: plan,
    answers: answers('Counts per place, and what does not fit, by name.'),
    problems: found,
  },
  {
    verb: 'POST',
    path: '/v1/migrations/:plan/start',
    access: ['kruispunt.repair'],
    id: 'startMigration',
    summary: 'Start it, on a few first or on all',
    parameters: plan,
    body: json(ref('MigrationStart')),
    answers: answers('The order that carries it out.', ref('Order')),
    problems: ordered,
  },
  {
    verb: 'POST',
    path: '/v1/migrations/orders/:order/undo',
    access: ['kruispunt.repair'],
    id: 'undoMigration',
    summary: 'Undo it, exactly, for whatever had no event since',
    parameters: { order: { in: 'path', doc: 'The order that carried it out.' } },
    body: json(ref('MigrationUndo')),
    answers: answers('The order that undoes it.', ref('Order')),
    problems: ordered,
  },
];
