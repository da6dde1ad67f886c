import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { topics } from '@kruispunt/contracts';
import { until } from '@kruispunt/testkit';
import { decision, freshKey, move, open, post, publish } from './events.js';
import { subscribe, subscribeToMoves, type Subscriber } from './subscribe.js';
import { municipality, openTestSystem, operator, type Json, type TestSystem } from './system.js';

type Wrong = readonly [why: string, slug: string, event: Json & { readonly id: string }];

/** One event per way to be wrong, each with an id that is looked for everywhere afterwards. */
const wrongs = (): readonly Wrong[] => [
  ['an unknown type', 'unknown-type', decision(freshKey('OMV'), { type: 'be.vlaanderen.omgeving.verzonnen.v1' })],
  ['a payload against its schema', 'schema-mismatch', move(freshKey('VH'), { aangiftedatum: 'gisteren' })],
  ['a field nobody knows', 'schema-mismatch', move(freshKey('VH'), { rijksregisternummer: 'nee' })],
  ['a foreign territory', 'foreign-territory', move(freshKey('VH'), { nisNieuw: '44021' })],
  ['another’s source', 'source-not-allowed', decision(freshKey('OMV'), { source: 'urn:be:ovo:OVO999999:systeem:x' })],
];

/** I2. */
describe('a publish that was refused', () => {
  let bench: TestSystem;
  let subscribers: readonly Subscriber[];
  beforeAll(async () => {
    bench = await openTestSystem({ apps: ['publish-gateway', 'delivery-gateway'] });
    subscribers = [await subscribe(bench), await subscribeToMoves(bench, ['dossier', 'nisNieuw'])];
  });
  afterAll(() => bench?.close());

  it('is visible nowhere: not in the log, not in the index, not at a subscriber', async () => {
    const refused: string[] = [];
    for (const [why, slug, event] of wrongs()) {
      const answer = await post(bench, event);
      expect([why, ((await answer.json()) as Json)['slug']]).toEqual([why, slug]);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      refused.push(event.id);
    }
    const late = await bench.system.issuer.token({ ...municipality, expiresInS: -600 });
    const unheard = decision(freshKey('OMV'));
    const response = await fetch(`${bench.system.url('publish-gateway')}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${late}`, 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify({ specversion: '1.0', ...unheard }),
    });
    expect(response.status).toBe(401);
    refused.push(unheard.id);
    refused.push(...(await refusedInBatch()));

    // What comes after it in each partition has arrived: then what was refused would have been seen before.
    const marks = Array.from({ length: 60 }, (_, n) => (n % 2 ? decision(freshKey('OMV')) : move(freshKey('VH'))));
    await publish(bench, marks);
    const seen = () => subscribers.flatMap(({ receiver }) => receiver.arrived.map(({ id }) => id));
    await until('the marks arrive', () => marks.every(({ id }) => seen().includes(id)));
    expect(seen().filter((id) => refused.includes(id))).toEqual([]);
    await until(
      'the marks are indexed',
      async () => (await indexed(marks.map(({ id }) => id))).length === marks.length,
    );
    expect(await indexed(refused)).toEqual([]);
    for (const { name } of topics) {
      if (name === 'be.vlaanderen.kruispunt.audit.v1') continue;
      const ids = (await bench.log.since(name)).map(({ headers }) => headers['ce_id'] ?? '');
      expect([name, ids.filter((id) => refused.includes(id))]).toEqual([name, []]);
    }
  });

  /** A batch of which every second event is wrong: each is answered on its own. */
  async function refusedInBatch(): Promise<readonly string[]> {
    const events = wrongs().flatMap(([, , event]) => [decision(freshKey('OMV')), event]);
    const response = await fetch(`${bench.system.url('publish-gateway')}/v1/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await bench.token(municipality)}`,
        'content-type': 'application/cloudevents-batch+json',
      },
      body: JSON.stringify(events.map((event) => ({ specversion: '1.0', ...event }))),
    });
    expect(response.status).toBe(207);
    const { results } = (await response.json()) as { results: readonly { status: number }[] };
    expect(results.map(({ status }) => status === 202)).toEqual(events.map((_, n) => n % 2 === 0));
    return events.flatMap(({ id }, n) => (n % 2 === 0 ? [] : [id]));
  }

  async function indexed(ids: readonly string[]): Promise<readonly string[]> {
    const rows = await bench.database.query<{ event_id: string }>({
      name: 'e2e-indexed',
      text: 'select event_id from event_index where event_id = any($1)',
      values: [ids],
    });
    return rows.map((row) => row.event_id);
  }

  it('leaves nothing behind that a search of the operators could find', async () => {
    const id = randomUUID();
    expect((await post(bench, { ...decision(freshKey('OMV')), id, type: `${open.type}x` })).status).toBe(422);
    const answer = await bench.ask('publish-gateway', operator, `GET /v1/index?id=${id}`);
    expect([answer.status, answer.body['events']]).toEqual([200, []]);
  });
});
