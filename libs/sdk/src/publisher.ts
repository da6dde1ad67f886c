import type { CloudEvent } from './cloud-event.js';
import { problemIn, Unanswered, type ProblemAnswer } from './problem-answer.js';
import type { Receipt } from './receipt.js';
import { request, sleep, type Connection } from './request.js';

/** What became of one event. Keep `signed`: it proves for years what was accepted, and `verifyReceipt` checks it. */
export type Published =
  | { readonly kind: 'accepted'; readonly receipt: Receipt; readonly signed: string }
  | { readonly kind: 'refused'; readonly problem: ProblemAnswer };

export interface Publisher {
  /** Publishes one event. Throws `Unanswered` when Kruispunt could not be reached; then publish the same event (same id) again. */
  publish(event: CloudEvent): Promise<Published>;
  /** Publishes up to 1 000 events (1 MiB) in one request; one outcome per event, in order. What may pass later is sent again, alone. */
  publishBatch(events: readonly CloudEvent[]): Promise<readonly Published[]>;
}

const batchType = 'application/cloudevents-batch+json';

/** A publisher for one organisation: its systems' events go in, receipts come out. */
export function publisher(connection: Connection): Publisher {
  return {
    publish: (event) => publishOne(connection, complete(event)),
    publishBatch: (events) => publishMany(connection, events.map(complete)),
  };
}

/** The event with specversion, id and time: from here on it is the same in every attempt. */
const complete = (event: CloudEvent): CloudEvent => ({
  ...event,
  specversion: '1.0',
  id: event.id ?? crypto.randomUUID(),
  time: event.time ?? new Date().toISOString(),
});

async function publishOne(connection: Connection, event: CloudEvent): Promise<Published> {
  const reply = await post(connection, 'application/cloudevents+json', event);
  return reply.kind === 'refused' ? reply : publishedOf(reply.body);
}

async function publishMany(connection: Connection, events: readonly CloudEvent[]): Promise<readonly Published[]> {
  const { attemptsMax = 6, firstWaitMs = 500, signal } = connection;
  const outcomes: Published[] = [];
  let open = events.map((_, i) => i);
  for (let attempt = 1; open.length > 0; attempt++) {
    const results = await postBatch(
      connection,
      open.map((i) => events[i]!),
    );
    results.forEach((result, n) => (outcomes[open[n]!] = result));
    open = open.filter((i) => isLater(outcomes[i]!));
    if (open.length === 0 || attempt >= attemptsMax) break;
    await sleep(firstWaitMs * 2 ** (attempt - 1), signal);
  }
  return outcomes;
}

async function postBatch(connection: Connection, events: readonly CloudEvent[]): Promise<readonly Published[]> {
  const reply = await post(connection, batchType, events);
  if (reply.kind === 'refused') return events.map(() => reply);
  const { results } = reply.body as { results?: readonly unknown[] };
  if (results?.length !== events.length) throw new Unanswered('the answer has not one result per event', undefined);
  return results.map(publishedOf);
}

const post = (connection: Connection, contentType: string, body: unknown) =>
  request(connection, '/v1/events', {
    method: 'POST',
    headers: { 'content-type': contentType },
    body: JSON.stringify(body),
  });

const isLater = (outcome: Published): boolean => outcome.kind === 'refused' && outcome.problem.retry === 'later';

function publishedOf(body: unknown): Published {
  const {
    receipt: signed,
    problem: refused,
    status: _,
    ...receipt
  } = body as Receipt & { receipt?: string; problem?: unknown; status?: number };
  const problem = problemIn(refused);
  if (problem !== undefined) return { kind: 'refused', problem };
  if (typeof signed !== 'string') throw new Unanswered('the answer holds no receipt', undefined);
  return { kind: 'accepted', receipt, signed };
}
