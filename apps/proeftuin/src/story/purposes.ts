import type { Flow } from '../report/day-report.js';
import { until } from './api.js';
import type { Day } from './day.js';

const mutation = 'be.vlaanderen.persoon.gegeven-gemuteerd.v1';
const ask = (day: Day, client: string, pseudoniem: string, hoedanigheid: string) =>
  day.stage
    .api('bevolking', client)
    .get<Record<string, unknown>>(`/v1/personen/${pseudoniem}`, { 'kp-hoedanigheid': hoedanigheid });

/** Who gets what: a thin event to who is registered, data under one's own purpose, fewer fields to another purpose, nothing without a protocol. */
export async function purposes(day: Day): Promise<void> {
  const { teller, expectations, receivers, persons, stage } = day;
  const [ada, bram] = persons;
  const about = (receiver: Day['receivers']['housing'], pseudoniem: string | undefined) =>
    receiver
      .first()
      .filter((r) => r.type === mutation && r.at >= day.startedAt && r.subject.endsWith(`:${pseudoniem}`));
  await expectations.check('an agency with a registration gets the thin event', async () => {
    await until(
      'the housing agency hears of both',
      () =>
        Promise.resolve([
          about(receivers.housing, ada?.pseudoniem).length,
          about(receivers.housing, bram?.pseudoniem).length,
        ]),
      (n) => n.every((x) => x > 0),
      30_000,
    );
    const fields = about(receivers.housing, ada?.pseudoniem)[0]?.fields ?? [];
    return {
      ok: fields.includes('dataref') && !JSON.stringify(receivers.housing.received).includes('Proefstraat'),
      detail: `fields ${fields.join(', ')}`,
    };
  });
  const strangers = receivers.housing
    .first()
    .filter((r) => r.at >= day.startedAt && ![ada, bram].some((p) => r.subject.endsWith(`:${p?.pseudoniem}`)));
  expectations.expect('it hears of nobody it did not register', strangers.length === 0, `${strangers.length} others`);
  const full = await ask(day, 'housing', ada?.pseudoniem ?? '', 'wonen-huursubsidie');
  teller.say(`the housing agency fetches under its own purpose: ${Object.keys(full).join(', ')}`);
  expectations.expect(
    'it fetches the data under its own purpose',
    'verblijfsadres' in full || 'adresRef' in full,
    Object.keys(full).join(', '),
  );
  await expectations.check('another purpose sees fewer fields', async () => {
    const seen = await until(
      'the parking agency hears of it',
      () => Promise.resolve(about(receivers.parking, ada?.pseudoniem)),
      (r) => r.length > 0,
      30_000,
    );
    const fetched = Object.keys(await ask(day, 'parking', ada?.pseudoniem ?? '', 'parkeervergunning'));
    const fields = seen[0]?.fields ?? [];
    const fewer =
      fields.length < (about(receivers.housing, ada?.pseudoniem)[0]?.fields.length ?? 0) &&
      fetched.length < Object.keys(full).length;
    return {
      ok: fewer && !fields.includes('dataref'),
      detail: `event: ${fields.join(', ')}; data: ${fetched.join(', ')}`,
    };
  });
  await nothingWithoutProtocol(day);
  await expectations.check('the address of a person who may not be disclosed is given to no one', async () => {
    const hidden = persons.find((p) => p.nietMededeelbaar);
    await stage
      .api('delivery-gateway', 'housing')
      .send('PUT', `/v1/subscriptions/${day.subscriptions.get('wonen-registratie')}/subjects/${hidden?.pseudoniem}`, {
        from: '2020-01-01',
        to: '2999-12-31',
      });
    const fields = Object.keys(await ask(day, 'housing', hidden?.pseudoniem ?? '', 'wonen-huursubsidie'));
    return { ok: !fields.some((f) => /adres/i.test(f)), detail: fields.join(', ') };
  });
  const delivered = Object.values(receivers)
    .flatMap((r) => r.received)
    .map((r) => JSON.stringify(r.event))
    .join('\n');
  const numbers = delivered.match(/(?<![\d.])\d{2}(6[1-9]|7[0-2])\d{7}(?!\d)/g) ?? [];
  expectations.expect('no national number stands in any delivery', numbers.length === 0, `${numbers.length} found`);
}

async function nothingWithoutProtocol(day: Day): Promise<void> {
  const { teller, expectations, persons, stage } = day;
  const refusal = await ask(day, 'stranger', persons[0]?.pseudoniem ?? '', 'nieuwsgierig').then(
    () => 'answered',
    (fault: Error) => fault.message,
  );
  expectations.expect('without a protocol no data is given', refusal.includes('403 no-purpose'), refusal);
  await expectations.check('without a protocol no event is given, and the suppression is counted', async () => {
    const flow = () => stage.api('delivery-gateway', 'operator').get<Flow>('/v1/flow');
    const own = (f: Flow) => f.subscriptions.find((s) => s.name === 'vreemde-mutaties');
    const seen = own(await until('the events are suppressed', flow, (f) => (own(f)?.suppressed ?? 0) > 0, 20_000));
    const got = day.receivers.stranger.received.length;
    return { ok: got === 0, detail: `${got} delivered, suppressed by rule: ${JSON.stringify(seen?.suppressedBy)}` };
  });
  teller.say('the agency without a protocol subscribed, and asks: nothing comes, and no');
}
