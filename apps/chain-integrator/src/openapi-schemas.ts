import { opVerbs } from '@kruispunt/chain-engine';
import { shape, type JsonSchema } from '@kruispunt/nest';

export const { text, texts, instant, whole, ref, listOf, json, object } = shape;

export const date: JsonSchema = { type: 'string', format: 'date', description: 'A civil date in Europe/Brussels.' };
export const flag: JsonSchema = { type: 'boolean' };
const uuid: JsonSchema = { type: 'string', format: 'uuid' };
const anything: JsonSchema = { type: 'object', additionalProperties: true };
export const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
export const mapOf = (values: JsonSchema): JsonSchema => ({ type: 'object', additionalProperties: values });

const reason: JsonSchema = { ...text, minLength: 10, maxLength: 500, description: 'Why, for the audit trail.' };
const orderId: JsonSchema = { ...uuid, description: 'The same id is the same order, however often it is sent.' };
const dryRun: JsonSchema = {
  ...flag,
  description: 'Take the same steps up to the commit, show before and after, roll back.',
};

const summary = {
  id: uuid,
  chain: text,
  version: whole,
  dossier: text,
  gemeente: orNull(text),
  status: text,
  state: text,
  startedAt: instant,
  updatedAt: instant,
};

const mandate: JsonSchema = {
  ...object({ actor: text, organisation: text, role: text, reason: text, basis: text, second: text }, [
    'basis',
    'second',
  ]),
  description: 'Who decided, in which role, why, on what legal ground, and who approved.',
};

const historyLine = object({
  seq: whole,
  at: instant,
  input: text,
  eventId: orNull(text),
  verdict: text,
  reason: orNull(text),
  from: texts,
  to: texts,
  state: text,
  published: listOf(object({ id: text, type: text })),
  by: orNull(ref('Mandate')),
  hash: { ...text, description: 'Over this row and the one before it.' },
});

const instanceView = object({
  ...summary,
  definition: text,
  waitsFor: listOf(object({ node: text, events: texts })),
  terms: listOf(object({ rule: text, version: text, state: text, due: orNull(date), explain: texts })),
  timers: listOf(object({ name: text, signal: text, dueAt: instant })),
  tasks: listOf(object({ name: text, id: text, role: text, reason: text, dueOn: orNull(date) })),
  history: listOf(historyLine),
});

const explanation = object({
  kind: { const: 'ChainExplanation' },
  id: uuid,
  state: text,
  status: text,
  stoppedBy: { ...texts, description: 'An incident or a pause: why nothing moves at all.' },
  waits: listOf(
    object({
      token: text,
      node: text,
      events: listOf(object({ type: text, keys: texts, lastSeenAt: orNull(instant) })),
      term: orNull(object({ rule: text, state: text, due: orNull(date), lines: texts })),
      wakesAt: orNull(instant),
    }),
  ),
});

const order = object(
  {
    kind: { const: 'ChainOrder' },
    id: uuid,
    verb: { ...text, enum: Object.keys(opVerbs) },
    state: { ...text, enum: ['PROPOSED', 'RUNNING', 'DONE', 'REJECTED'] },
    items: { ...whole, description: 'How many things it found when it was asked; those, and no others.' },
    counts: mapOf(whole),
    digest: { ...text, description: 'What a second person approves.' },
    args: anything,
    scope: anything,
    actor: text,
    role: text,
    reason: text,
    basis: orNull(text),
    second: orNull(text),
    askedAt: instant,
    doneAt: orNull(instant),
    dryRun: flag,
    sample: listOf(
      object({
        instance: uuid,
        token: orNull(text),
        state: text,
        because: orNull(text),
        before: orNull(ref('Glance')),
        after: orNull(ref('Glance')),
      }),
    ),
  },
  ['dryRun'],
);

const orderWish = object(
  {
    id: orderId,
    verb: { ...text, enum: Object.keys(opVerbs) },
    scope: {
      ...object(
        {
          instances: { type: 'array', items: uuid, minItems: 1, maxItems: 1_000 },
          fingerprint: { ...text, description: 'Every incident of one cause.' },
          chain: text,
          state: text,
          gemeente: text,
          node: text,
        },
        ['instances', 'fingerprint', 'chain', 'state', 'gemeente', 'node'],
      ),
      description: 'Instances, or a cause, or what a query finds. None for a pause of a kind.',
    },
    args: { ...anything, description: 'What the verb needs; what it does not know is refused.' },
    reason,
    basis: { ...text, maxLength: 200 },
    dryRun,
  },
  ['id', 'scope', 'args', 'basis', 'dryRun'],
);

const decreeWish = object(
  {
    id: orderId,
    change: { ...text, enum: ['extend', 'suspend', 'resume', 're-anchor', 'reproject'] },
    selector: object(
      {
        rule: text,
        version: text,
        chain: text,
        gemeente: text,
        state: { ...text, enum: ['running', 'suspended'] },
        dueFrom: date,
        dueTo: date,
      },
      ['version', 'chain', 'gemeente', 'state', 'dueFrom', 'dueTo'],
    ),
    on: date,
    days: { type: 'integer', minimum: 1, maximum: 366, description: 'With extend, and only with it.' },
    calendar: { ...text, description: 'Free days, with commas; with reproject, and only with it.' },
    basis: { ...text, maxLength: 200, description: 'The article or decree.' },
    reason,
    dryRun,
  },
  ['id', 'days', 'calendar', 'dryRun'],
);

/** What the chain integrator takes and gives, as JSON Schema. */
export const schemas: Readonly<Record<string, JsonSchema>> = {
  Answer: anything,
  InstanceSummary: object(summary),
  Instance: instanceView,
  Mandate: mandate,
  Explanation: explanation,
  Glance: {
    ...object({ status: text, toestand: text, tokens: mapOf(text), terms: mapOf(text), tasks: mapOf(text) }),
    description: 'Where an instance stands, without anything of a person.',
  },
  Order: order,
  OrderWish: orderWish,
  DecreeWish: decreeWish,
  Word: object({ digest: { ...text, description: 'Of the order as you read it.' }, reason }),
  MigrationStart: object(
    { id: orderId, reason, canary: { type: 'integer', minimum: 1, maximum: 100_000, description: 'So many first.' } },
    ['id', 'canary'],
  ),
  MigrationUndo: object({ id: orderId, reason, dryRun }, ['id', 'dryRun']),
  Evidence: object({
    kind: { const: 'ChainEvidence' },
    from: date,
    intact: flag,
    rows: whole,
    seals: whole,
    findings: listOf(
      object({
        what: { ...text, enum: ['altered', 'removed', 'inserted', 'reordered', 'seal'] },
        part: whole,
        instance: orNull(uuid),
        seq: whole,
        day: orNull(date),
        says: text,
      }),
    ),
  }),
  Clock: object({ now: instant, today: date, offsetMs: whole }),
};
