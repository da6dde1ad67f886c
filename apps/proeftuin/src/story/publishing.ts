import { publisher, verifyReceipt, type CloudEvent, type Published, type Publisher } from '@kruispunt/sdk';
import { organisations } from '../cast/organisations.js';
import { until } from './api.js';
import { count, type Day } from './day.js';

const street = 'be.vlaanderen.adressenregister.straatnaam-gewijzigd.v1';
const source = (code: string) => `urn:be:ovo:${code}:systeem:proeftuin`;

/** A street name of the municipality gets another spelling: an open event that the map service follows. */
function streetEvent(day: Day, n: number, changes: { readonly nis?: string; readonly data?: object } = {}): CloudEvent {
  const id = `https://data.vlaanderen.be/id/straatnaam/${980_000_000 + n}`;
  const nis = changes.nis ?? organisations.municipality.nis;
  const now = new Date().toISOString();
  return {
    id: `proef-${day.stage.day}-${n}-${crypto.randomUUID().slice(0, 8)}`,
    source: source(organisations.municipality.code),
    type: street,
    subject: id,
    kpgemeentenis: nis,
    data: {
      id,
      objectId: String(980_000_000 + n),
      naamruimte: 'https://data.vlaanderen.be/id/straatnaam',
      versieId: now,
      wijziging: 'GEWIJZIGD',
      nisCodes: [nis],
      attributen: [
        {
          naam: 'straatnaam',
          oudeWaarde: [{ waarde: 'Proefstraat', taal: 'nl' }],
          nieuweWaarde: [{ waarde: `Proefstraat ${n}`, taal: 'nl' }],
        },
      ],
      bronGebeurtenis: 'StreetNameNamesWereCorrected',
      tijdstipRegistratie: now,
      ...changes.data,
    },
  };
}

/** Counts what became of one event that was published. */
export function note(day: Day, type: string, outcome: Published, at: number): void {
  if (outcome.kind === 'refused') return count(day.refused, outcome.problem.slug);
  count(day.accepted, type);
  day.acceptedAt.set(outcome.receipt.eventId, at);
}

const singles = 60;

/** A municipality publishes singles and a batch in which some are wrong; then it tries what it may not. */
export async function publishAndBeRefused(day: Day): Promise<void> {
  const { stage, teller, expectations } = day;
  const gateway = stage.system.url('publish-gateway');
  const own = publisher({ url: gateway, token: () => stage.token('municipality') });
  let receipt = '';
  for (let n = 1; n <= singles; n++) {
    const sent = performance.now();
    const outcome = await own.publish(streetEvent(day, n));
    day.acceptMs.push(performance.now() - sent);
    note(day, street, outcome, Date.now());
    if (outcome.kind === 'accepted') receipt = outcome.signed;
  }
  teller.say(`${singles} street names published one by one: each answered 202 with a signed receipt`);
  await expectations.check('a receipt is signed and names the position in the log', async () => {
    const verdict = await verifyReceipt(receipt, new URL(`${gateway}/.well-known/jwks.json`));
    return {
      ok: verdict.kind === 'valid',
      detail:
        verdict.kind === 'valid'
          ? `${verdict.receipt.topic}/${verdict.receipt.partition}@${verdict.receipt.offset}`
          : 'not valid',
    };
  });
  const batch = [
    streetEvent(day, 101),
    streetEvent(day, 102, { data: { versieId: 5 } }),
    streetEvent(day, 103),
    { ...streetEvent(day, 104), type: 'be.vlaanderen.adressenregister.straatnaam-verzonnen.v1' },
  ];
  const outcomes = await own.publishBatch(batch);
  outcomes.forEach((outcome, i) => note(day, batch[i]?.type ?? '', outcome, Date.now()));
  const kinds = outcomes.map((o) => (o.kind === 'accepted' ? 'accepted' : o.problem.slug)).join(', ');
  teller.say(`a batch of four: ${kinds}`);
  expectations.expect(
    'a batch answers for each of its events',
    kinds === 'accepted, schema-mismatch, accepted, unknown-type',
    kinds,
  );
  await sendAgain(day, own);
  await tryForbidden(day, gateway);
}

/** A publisher that heard no answer sends the same event again: it stands twice in the log, and is delivered once. */
async function sendAgain(day: Day, own: Publisher): Promise<void> {
  const event = streetEvent(day, 150);
  for (const _ of [1, 2]) note(day, street, await own.publish(event), Date.now());
  const last = streetEvent(day, 150);
  note(day, street, await own.publish(last), Date.now());
  await day.expectations.check('an event that is published twice with the same id is delivered once', async () => {
    const { maps } = day.receivers;
    await until(
      'what came after it arrives',
      () => Promise.resolve(maps.received.some((r) => r.id === last.id)),
      Boolean,
      20_000,
    );
    const times = maps.received.filter((r) => r.id === event.id).length;
    return { ok: times === 1, detail: `${times} delivery, the second one is counted as suppressed (duplicate)` };
  });
}

async function tryForbidden(day: Day, gateway: string): Promise<void> {
  const { stage, teller, expectations } = day;
  const asMunicipality = publisher({ url: gateway, token: () => stage.token('municipality') });
  const foreign = await asMunicipality.publish(streetEvent(day, 201, { nis: organisations.neighbour.nis }));
  note(day, street, foreign, Date.now());
  const slug = foreign.kind === 'refused' ? `${foreign.problem.status} ${foreign.problem.slug}` : 'accepted';
  teller.say(`the municipality publishes for its neighbour’s territory: ${slug}`);
  expectations.expect('a foreign territory is refused', slug === '403 foreign-territory', slug);
  const expired = await stage.system.issuer.token({
    organisation: organisations.municipality.code,
    nis: ['24062'],
    scopes: ['kruispunt.publish'],
    subject: 'late',
    expiresInS: -600,
  });
  const late = await publisher({ url: gateway, token: async () => expired }).publish(streetEvent(day, 202));
  note(day, street, late, Date.now());
  expectations.expect(
    'an expired token is refused',
    late.kind === 'refused' && late.problem.slug === 'unauthenticated',
    late.kind === 'refused' ? late.problem.slug : 'accepted',
  );
  const number = await asMunicipality.publish(
    streetEvent(day, 203, { data: { bronGebeurtenis: `met nummer ${invalidRealNumber()}` } }),
  );
  note(day, street, number, Date.now());
  expectations.expect(
    'a number that may be somebody’s is refused in the proving ground',
    number.kind === 'refused' && number.problem.slug === 'real-insz',
    number.kind === 'refused' ? number.problem.slug : 'accepted',
  );
  teller.say('an expired token and a number that may be somebody’s: refused, each with its own words');
}

/** Valid by its check digits, made here and now: born on a day that does not exist in any register of ours. */
function invalidRealNumber(): string {
  const body = '000000001';
  return `${body}${String(97 - (Number(body) % 97)).padStart(2, '0')}`;
}
