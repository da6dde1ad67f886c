import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AppName } from '@kruispunt/embedded';
import { until } from '@kruispunt/testkit';
import { decision, freshKey, move, open, post, publish } from './events.js';
import { booksOf, subscribe, subscribeToMoves, type Subscriber } from './subscribe.js';
import { openTestSystem, operator, type TestSystem } from './system.js';

const apps: readonly AppName[] = ['publish-gateway', 'delivery-gateway'];

/** A word that stands nowhere else: where it is found, this field has leaked. */
const canary = (field: string): string => `kanarie${field.toLowerCase()}${randomUUID().replaceAll('-', '')}`;

const canaries = {
  subjectPseudoniemen: canary('pseudoniem'),
  adresRef: canary('adres'),
  domiciliestatus: canary('status'),
  projectnummer: canary('project'),
  answer: canary('antwoord'),
};
const iri = (word: string) => `https://data.vlaanderen.be/id/concept/${word}`;

/** I10. */
describe('what leaves', () => {
  let bench: TestSystem;
  let agency: Subscriber;
  let narrow: Subscriber;
  let refusing: Subscriber;
  const moves = Array.from({ length: 3 }, () =>
    move(freshKey('VH'), {
      subjectPseudoniemen: [`p1.${canaries.subjectPseudoniemen}`],
      adresRef: iri(canaries.adresRef),
      domiciliestatus: iri(canaries.domiciliestatus),
      betrekkingsdatum: '1987-03-21',
    }),
  );
  beforeAll(async () => {
    bench = await openTestSystem({ apps });
    agency = await subscribeToMoves(bench, ['nisNieuw', 'aangiftedatum']);
    refusing = await subscribeToMoves(bench, ['nisNieuw']);
    narrow = await subscribe(bench, { types: [open.type], projection: ['wijze'] });
    refusing.receiver.answer = () => 422;
  });
  afterAll(() => bench?.close());

  const wire = ({ receiver }: Subscriber): string =>
    receiver.arrived.map(({ headers, body }) => `${JSON.stringify(headers)}\n${body.toString()}`).join('\n');
  const found = (where: string, text: string): readonly string[] =>
    Object.entries(canaries).flatMap(([field, word]) => (text.includes(word) ? [`${field} in ${where}`] : []));

  it('are the fields of the protocol and of the own wish, in body and headers', async () => {
    const decisions = [decision(freshKey('OMV')), decision(freshKey('OMV'))];
    await publish(bench, [...moves, ...decisions]);
    await until('they arrive', () => agency.receiver.has(moves.map(({ id }) => id)));
    await until('they arrive', () => narrow.receiver.has(decisions.map(({ id }) => id)));
    await until('they are parked', async () => (await booksOf(bench, refusing)).parked === moves.length);
    for (const { event } of agency.receiver.taken)
      expect(event.data).toEqual({ nisNieuw: '24062', aangiftedatum: '2026-02-27' });
    for (const { event } of refusing.receiver.arrived) expect(event.data).toEqual({ nisNieuw: '24062' });
    for (const { event } of narrow.receiver.taken) expect(event.data).toEqual({ wijze: 'AANPLAKKING' });
    for (const s of [agency, refusing]) {
      expect(found('the wire', wire(s))).toEqual([]);
      expect(wire(s)).not.toContain('1987-03-21');
    }
    expect(wire(narrow)).not.toContain('2026-07-06');
  });

  it('are no words of a payload in an error answer', async () => {
    const wrong = [
      move(freshKey('VH'), { wijziging: canaries.answer }),
      move(freshKey('VH'), { aangiftedatum: canaries.answer }),
      move(freshKey('VH'), { nisNieuw: 24062, adresRef: iri(canaries.answer) }),
      decision(freshKey('OMV'), { data: { projectnummer: canaries.projectnummer } }),
    ];
    for (const event of wrong) {
      const answer = await post(bench, event);
      const text = `${JSON.stringify([...answer.headers])}\n${await answer.text()}`;
      expect([answer.status, found('the answer', text)]).toEqual([422, []]);
    }
  });

  it('is nothing in what operators see of a parked event', async () => {
    const list = await bench.ask('delivery-gateway', operator, `GET /v1/parked?subscription=${refusing.id}`);
    const items = list.body['items'] as readonly { readonly id: string }[];
    expect(items).toHaveLength(moves.length);
    const shown = await bench.ask('delivery-gateway', operator, `GET /v1/parked/${encodeURIComponent(items[0]!.id)}`);
    expect(shown.status).toBe(200);
    const seen = [list.body, shown.body, (await bench.ask('delivery-gateway', operator, 'GET /v1/flow')).body];
    expect(found('the operators’ view', JSON.stringify(seen))).toEqual([]);
    const trace = await bench.ask('publish-gateway', operator, `GET /v1/index?id=${moves[0]!.id}`);
    expect(found('the index', JSON.stringify(trace.body))).toEqual([]);
  });

  it('is nothing in any log line or metric of any process', async () => {
    for (const app of apps) {
      const log = await readFile(bench.system.logFile(app), 'utf8');
      expect(log.length).toBeGreaterThan(0);
      expect(found(`the log of ${app}`, log)).toEqual([]);
      const metrics = await (await fetch(`${bench.system.url(app)}/metrics`)).text();
      expect(metrics).toContain('# TYPE');
      expect(found(`the metrics of ${app}`, metrics)).toEqual([]);
    }
  });
});
