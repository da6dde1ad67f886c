import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Unanswered } from './problem-answer.js';
import { publisher } from './publisher.js';
import { pull, PullRefused } from './pull.js';

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}
interface Seen {
  readonly url: string;
  readonly authorization: string;
  readonly body: string;
}

let server: Server | undefined;
afterEach(() => void server?.close());

/** A server that gives these answers, one per request, the last one for ever after. */
async function answering(answers: readonly Answer[]) {
  const seen: Seen[] = [];
  server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const { status, body: answer, headers } = answers[Math.min(seen.length, answers.length - 1)]!;
      seen.push({ url: request.url ?? '', authorization: request.headers.authorization ?? '', body });
      response.writeHead(status, headers).end(JSON.stringify(answer));
    })();
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const connection = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 't', firstWaitMs: 1 };
  return { seen, connection };
}

const event = { source: 'urn:be:kbo:0999990024:systeem:x', type: 'be.x.v1', subject: 'urn:x:1', data: { a: 1 } };
const receipt = {
  eventId: 'e',
  source: event.source,
  type: event.type,
  topic: 't',
  partition: 0,
  offset: 1,
  valueSha256: 'ab',
  acceptedAt: 'now',
  org: 'o',
};
const accepted = { status: 202, body: { ...receipt, receipt: 'a.b.c' } };
const problem = (slug: string, status: number, retry: string) => ({ slug, status, retry, title: slug, detail: '' });
const away = { status: 503, body: problem('log-unavailable', 503, 'later') };

describe('a publisher', () => {
  it('sends a complete event and keeps the receipt in both forms', async () => {
    const { seen, connection } = await answering([accepted]);
    expect(await publisher(connection).publish(event)).toEqual({ kind: 'accepted', receipt, signed: 'a.b.c' });
    expect(seen[0]).toMatchObject({ url: '/v1/events', authorization: 'Bearer t' });
    expect(JSON.parse(seen[0]!.body)).toMatchObject({
      ...event,
      specversion: '1.0',
      id: expect.any(String),
      time: expect.any(String),
    });
  });

  it('sends the very same event again until it is taken', async () => {
    const { seen, connection } = await answering([away, { status: 502, body: 'a proxy' }, accepted]);
    expect(await publisher(connection).publish(event)).toMatchObject({ kind: 'accepted' });
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1);
    expect(seen).toHaveLength(3);
  });

  it('gives a refusal as a value, at once', async () => {
    const { seen, connection } = await answering([
      { status: 422, body: problem('schema-mismatch', 422, 'after-change') },
    ]);
    expect(await publisher(connection).publish(event)).toMatchObject({
      kind: 'refused',
      problem: { slug: 'schema-mismatch' },
    });
    expect(seen).toHaveLength(1);
  });

  it('says that nothing is known when nobody answers in all attempts', async () => {
    const { connection } = await answering([away]);
    const sending = publisher({ ...connection, attemptsMax: 3 }).publish(event);
    await expect(sending).rejects.toThrow(Unanswered);
    await expect(sending).rejects.toMatchObject({ problem: { slug: 'log-unavailable' } });
    await expect(
      publisher({ url: 'http://127.0.0.1:9', token: 't', attemptsMax: 2, firstWaitMs: 1 }).publish(event),
    ).rejects.toThrow(Unanswered);
  });

  it('sends only those of a batch again that may pass later, and answers in order', async () => {
    const { seen, connection } = await answering([
      {
        status: 207,
        body: {
          results: [
            { status: 202, ...accepted.body },
            { status: 503, problem: away.body },
            { status: 422, problem: problem('unknown-type', 422, 'never') },
          ],
        },
      },
      { status: 202, body: { results: [{ status: 202, ...accepted.body, eventId: 'later' }] } },
    ]);
    const outcomes = await publisher(connection).publishBatch([
      { ...event, id: '1' },
      { ...event, id: '2' },
      { ...event, id: '3' },
    ]);
    expect(outcomes).toMatchObject([
      { kind: 'accepted' },
      { kind: 'accepted', receipt: { eventId: 'later' } },
      { kind: 'refused', problem: { slug: 'unknown-type' } },
    ]);
    expect(seen.map(({ body }) => (JSON.parse(body) as { id: string }[]).map(({ id }) => id))).toEqual([
      ['1', '2', '3'],
      ['2'],
    ]);
  });

  it('asks for a token before each attempt', async () => {
    const { seen, connection } = await answering([away, accepted]);
    let n = 0;
    await publisher({ ...connection, token: () => Promise.resolve(`t${++n}`) }).publish(event);
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer t1', 'Bearer t2']);
  });
});

describe('a pull', () => {
  it('walks from cursor to cursor until it is told to stop', async () => {
    const page = (ids: readonly string[], next: string) => ({
      status: 200,
      body: { events: ids.map((id) => ({ id })), next, complete: false },
    });
    const { seen, connection } = await answering([
      page(['1', '2'], 'c1'),
      away,
      page([], 'c2'),
      page(['3'], 'c3'),
      page([], 'c3'),
    ]);
    const stop = new AbortController();
    const ids: string[] = [];
    for await (const { events, next } of pull({ ...connection, subscription: 's', waitS: 0, signal: stop.signal })) {
      ids.push(...events.map(({ id }) => id));
      if (next === 'c3') stop.abort();
    }
    expect(ids).toEqual(['1', '2', '3']);
    expect(seen.map(({ url }) => new URL(url, 'http://x').searchParams.get('after'))).toEqual([null, 'c1', 'c1', 'c2']);
  });

  it('ends with the refusal when the subscription cannot be pulled', async () => {
    const { connection } = await answering([{ status: 404, body: problem('not-found', 404, 'never') }]);
    await expect(pull({ ...connection, subscription: 's' }).next()).rejects.toThrow(PullRefused);
  });
});
