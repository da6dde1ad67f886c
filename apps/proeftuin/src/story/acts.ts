import { organisations } from '../cast/organisations.js';
import { until } from './api.js';
import type { Day } from './day.js';

const { nis } = organisations.municipality;

/** A birth gets its number, and a permit is filed on a parcel that then changes: two services that publish and listen. */
export async function birthAndPermit(day: Day): Promise<string> {
  const { stage, teller, expectations, persons } = day;
  const akteReferentie = `PROEF-${stage.day}-${crypto.randomUUID().slice(0, 8)}`;
  const registrar = stage.api('burgerlijkestand', 'municipality');
  await registrar.send('POST', '/v1/akten', {
    akteType: 'GEBOORTE',
    akteReferentie,
    gebeurtenisdatum: new Date(day.startedAt).toISOString().slice(0, 10),
    gemeenteNis: nis,
    woonplaatsNis: nis,
    betrokkenen: [
      { rol: 'KIND', subjectPseudoniem: null },
      { rol: 'OUDER', subjectPseudoniem: persons[0]?.pseudoniem },
    ],
  });
  teller.say('a birth act is signed; the child has no number yet');
  await expectations.check('a birth act gets its number by the act’s reference', async () => {
    const akte = await until(
      'the number comes',
      () => registrar.get<{ kindPseudoniem: string | null }>(`/v1/akten/${akteReferentie}`),
      (a) => a.kindPseudoniem !== null,
      30_000,
    );
    return { ok: true, detail: `the child is known as ${akte.kindPseudoniem ?? ''}` };
  });
  const projectnummer = `OMV_${String(2_099_000_000 + (stage.day % 900) * 1_000 + (day.startedAt % 1_000))}`;
  const permits = stage.api('omgeving', 'municipality');
  const percelen = ['https://data.vlaanderen.be/id/perceel/99999A0001-00A000'];
  await permits.send('POST', '/v1/aanvragen', {
    projectnummer,
    procedure: 'VEREENVOUDIGD',
    bevoegdeOverheid: 'COLLEGE',
    indieningsdatum: new Date(day.startedAt).toISOString().slice(0, 10),
    voorwerp: 'een tuinhuis in de proeftuin',
    percelen,
    adressen: [],
    gemeentenNis: [nis],
  });
  teller.say(`a permit is asked for: ${projectnummer}`);
  await expectations.check('a permit is filed with its authority', async () => {
    const { indieningsdatum } = await permits.get<{ indieningsdatum: string }>(`/v1/aanvragen/${projectnummer}`);
    return { ok: true, detail: `${projectnummer} filed on ${indieningsdatum}` };
  });
  return projectnummer;
}

/** The parcel of a permit changed since: the permit desk heard it from the feed. */
export const parcelNoticed = (day: Day, projectnummer: string): Promise<void> =>
  day.expectations.check('a permit desk hears that a parcel of its dossier changed', async () => {
    const permits = day.stage.api('omgeving', 'municipality');
    const found = await until(
      'the parcel is noticed',
      () => permits.get<{ aandacht: readonly string[] }>(`/v1/aanvragen/${projectnummer}`),
      (a) => a.aandacht.length > 0,
      30_000,
    );
    return { ok: true, detail: found.aandacht.join(', ') };
  });
