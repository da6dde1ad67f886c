import { organisations } from '../cast/organisations.js';
import { until } from './api.js';
import type { Day } from './day.js';
import { comesTo, later, loggedOf, tell } from './facts.js';

const { nis } = organisations.municipality;
const puri = (path: string, n: number): string => `https://data.vlaanderen.be/id/${path}/${n}`;

/** A street is readdressed, and its events come in the wrong order; one unit goes to and fro. Each old address is told once, when the day is over. */
export async function streetReaddressed(day: Day): Promise<void> {
  const { teller, expectations } = day;
  const base = 970_000_000 + (day.startedAt % 1_000_000) * 10;
  const [oldA, oldB, newA, newB] = [0, 1, 2, 3].map((n) => puri('adres', base + n)) as [string, string, string, string];
  const [follows, toAndFro] = [puri('gebouweenheid', base), puri('gebouweenheid', base + 1)];
  const bronOorzaakId = crypto.randomUUID();
  const say = registerOf(day, bronOorzaakId);
  await say.list(follows, [oldA], [newA]);
  await say.transform(oldA, [newA]);
  await say.transform(oldB, [newA, newB]);
  await say.list(toAndFro, [oldB], [newB]);
  await say.list(toAndFro, [newB], [oldB]);
  await say.retired(oldA);
  await comesTo(day, bronOorzaakId, 'Heradresserend');
  const told = () =>
    Promise.all([base, base + 1].map((n) => loggedOf(day, String(n), 'adressenregister.adres-opgevolgd')));
  const early = await told();
  await later(day, 1);
  await expectations.check('a readdressing is told once per old address, when its day is over', async () => {
    await comesTo(day, bronOorzaakId, 'WachtOpHistorering');
    const after = await until('both are told', told, (n) => n.every((times) => times > 0));
    return {
      ok: early.every((n) => n === 0) && after.every((n) => n === 1),
      detail: `${oldA} and ${oldB}: told ${early.join(' and ')} times during the day, ${after.join(' and ')} after it`,
    };
  });
  await say.retired(oldB);
  await expectations.check('a readdressing ends when each old address is retired', async () => {
    const state = await comesTo(day, bronOorzaakId, 'Opgevolgd');
    return { ok: true, detail: `${bronOorzaakId}: ${state}` };
  });
  teller.say(
    'a street is readdressed: units follow in any order, and who keeps an old address hears of its successor once',
  );
}

/** What the base registries say of one readdressing. */
function registerOf(day: Day, bronOorzaakId: string) {
  const bron = { bronOorzaakId, bronId: null, bronTijdstip: null, bronFeed: null, bronSchema: null, nisCodes: [nis] };
  const say = (type: string, subject: string, data: object) =>
    tell(day, { by: 'registry', type, subject, nis, data: { ...bron, ...data } });
  const object = (id: string, bronGebeurtenis: string, attribuut: object) => ({
    ...{ id, objectId: id.slice(id.lastIndexOf('/') + 1), naamruimte: id.slice(0, id.lastIndexOf('/')) },
    ...{ versieId: new Date().toISOString(), attributen: [attribuut], bronGebeurtenis },
  });
  return {
    transform: (vanId: string, naarIds: readonly string[]) =>
      say('adressenregister.adres-getransformeerd', vanId, {
        ...{
          transformaties: [{ vanId, naarIds }],
          reden: 'HERADRESSERING',
          bronGebeurtenis: 'StreetNameWasReaddressed',
        },
      }),
    list: (id: string, oudeWaarde: readonly string[], nieuweWaarde: readonly string[]) =>
      say('gebouwenregister.gebouweenheid-gewijzigd', id, {
        ...object(id, 'BuildingUnitAddressesWereReaddressed', { naam: 'adresIds', oudeWaarde, nieuweWaarde }),
        ...{ wijziging: 'GEWIJZIGD', geometrie: null, oudeGeometrie: null },
      }),
    retired: (id: string) =>
      say('adressenregister.adres-gewijzigd', id, {
        ...object(id, 'AddressWasRetiredBecauseOfReaddress', {
          ...{ naam: 'status', oudeWaarde: 'https://data.vlaanderen.be/id/concept/adresstatus/inGebruik' },
          nieuweWaarde: 'https://data.vlaanderen.be/id/concept/adresstatus/gehistoreerd',
        }),
        ...{ geometrie: [], oudeGeometrie: [] },
      }),
  };
}
