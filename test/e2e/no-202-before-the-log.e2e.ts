import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningServices } from '@kruispunt/embedded';
import { isReceiptFor, type Receipt } from '@kruispunt/sdk';
import { decision, freshKey, open, post, publish } from './events.js';
import { openTestSystem, type Json, type TestSystem } from './system.js';

const some = (n: number) => Array.from({ length: n }, () => decision(freshKey('OMV')));

/** I1 and I2 at the door: the answer 202 is the log's word, and nobody else's. */
describe('a 202', () => {
  let bench: TestSystem;
  let kafka: NonNullable<RunningServices['kafka']>;
  beforeAll(async () => {
    bench = await openTestSystem({ apps: ['publish-gateway'], alone: true });
    kafka = bench.system.services.kafka!;
  });
  afterAll(() => bench?.close());

  const idsInLog = async () => (await bench.log.since(open.topic)).map(({ headers }) => headers['ce_id'] ?? '');
  const answersTo = async (events: readonly { readonly id: string }[]) =>
    Promise.all(
      events.map(async (event) => {
        const answer = await post(bench, event);
        return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Json };
      }),
    );

  async function standsAtItsPlace(id: string, receipt: Receipt): Promise<void> {
    const entry = await bench.log.at(receipt);
    expect(entry?.headers['ce_id']).toBe(id);
    expect(await isReceiptFor(receipt, entry?.value ?? new Uint8Array())).toBe(true);
  }

  it('names the place where the event stands in the log, each its own', async () => {
    const events = some(60);
    const answers = await answersTo(events.slice(0, 30));
    const receipts = answers.map(({ body }) => body as unknown as Receipt);
    receipts.push(...(await publish(bench, events.slice(30))).map(({ receipt }) => receipt));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    for (const [n, receipt] of receipts.entries()) await standsAtItsPlace(events[n]!.id, receipt);
    expect(new Set(receipts.map((r) => `${r.partition}@${r.offset}`)).size).toBe(events.length);
  });

  it('is not given while the broker stands still: 503, when to come again, and the same event may be sent again', async () => {
    const events = some(8);
    kafka.freeze(true);
    const answers = await answersTo(events).finally(() => kafka.freeze(false));
    for (const { status, headers, body } of answers) {
      expect([status, body['slug'], body['retry']]).toEqual([503, 'log-unavailable', 'later']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(body['receipt']).toBeUndefined();
    }
    const again = await publish(bench, events);
    for (const [n, { receipt }] of again.entries()) await standsAtItsPlace(events[n]!.id, receipt);
  });

  it('is not given while the broker is gone, and what was answered 503 then never turns up', async () => {
    await kafka.kill();
    const lost = some(8);
    const answers = await answersTo(lost);
    expect(answers.map(({ status, body }) => [status, body['slug']])).toEqual(lost.map(() => [503, 'log-unavailable']));
    await kafka.start();
    const after = some(200);
    const accepted = await publish(bench, after);
    for (const [n, { receipt }] of accepted.entries()) if (n % 20 === 0) await standsAtItsPlace(after[n]!.id, receipt);
    const logged = await idsInLog();
    expect(logged.filter((id) => lost.some((event) => event.id === id))).toEqual([]);
    expect(after.filter(({ id }) => !logged.includes(id))).toEqual([]);
  });

  it('does not wait for the database: the log alone decides', async () => {
    const { postgres } = bench.system.services;
    await postgres!.kill();
    const events = some(10);
    const answers = await answersTo(events).finally(() => postgres!.start());
    expect(answers.map(({ status }) => status)).toEqual(events.map(() => 202));
    for (const [n, { body }] of answers.entries()) await standsAtItsPlace(events[n]!.id, body as unknown as Receipt);
  });
});
