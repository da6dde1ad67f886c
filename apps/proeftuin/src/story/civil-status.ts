import { organisations } from '../cast/organisations.js';
import { until } from './api.js';
import type { Day } from './day.js';
import { comesTo, loggedOf, tell } from './facts.js';
import { stateOf } from './moves.js';

const { nis } = organisations.municipality;

interface Task {
  readonly dossier: string;
  readonly role: string;
  readonly reden: string;
}

const freshAct = (day: Day): string => `PROEF-${day.stage.day}-${crypto.randomUUID().slice(0, 8)}`;

const sign = (day: Day, akteType: string, akteReferentie: string, betrokkenen: readonly object[]): Promise<unknown> =>
  day.stage.api('burgerlijkestand', 'municipality').send('POST', '/v1/akten', {
    akteType,
    akteReferentie,
    gebeurtenisdatum: new Date(day.startedAt).toISOString().slice(0, 10),
    gemeenteNis: nis,
    woonplaatsNis: nis,
    betrokkenen,
  });

/** The register that gives numbers is away: somebody is asked to look, and the number still counts when it comes. */
export async function numberComesLate(day: Day): Promise<void> {
  const { stage, teller, expectations, persons } = day;
  const akte = freshAct(day);
  await stage.system.stopApp('bevolking');
  try {
    await sign(day, 'GEBOORTE', akte, [
      { rol: 'KIND', subjectPseudoniem: null },
      { rol: 'OUDER', subjectPseudoniem: persons[0]?.pseudoniem },
    ]);
    teller.say('a birth act is signed, and the register that gives numbers is away');
    await expectations.check(
      'a birth whose number does not come is somebody’s task, and nobody is registered',
      async () => {
        const desk = stage.api('chain-integrator', 'operator');
        const task = await until(
          'somebody is asked',
          async () =>
            (await desk.get<{ tasks: readonly Task[] }>('/v1/tasks')).tasks.find(({ dossier }) => dossier === akte),
          (found) => found !== undefined,
          40_000,
        );
        const state = await stateOf(day, akte);
        return {
          ok: state !== 'Ingeschreven' && task?.reden === 'GEEN_IDENTIFICATIE',
          detail: `${akte}: ${state}, ${task?.role} is asked: ${task?.reden}`,
        };
      },
    );
  } finally {
    await stage.system.start('bevolking');
  }
  await expectations.check('the number that comes late registers the child', async () => {
    const state = await comesTo(day, akte, 'Ingeschreven');
    return { ok: true, detail: `${akte}: ${state}` };
  });
  teller.say('the register is back: the number comes, and the child is registered');
}

/** The wrong person was declared dead: it is taken back, and who heard of it hears that. */
export async function deathRevoked(day: Day): Promise<void> {
  const { teller, expectations, persons } = day;
  const person = persons[4]?.pseudoniem ?? '';
  const akteReferentie = freshAct(day);
  const told = () => loggedOf(day, person, 'persoon.gegeven-gemuteerd');
  const before = await told();
  await sign(day, 'OVERLIJDEN', akteReferentie, [{ rol: 'OVERLEDENE', subjectPseudoniem: person }]);
  await comesTo(day, akteReferentie, 'Overleden');
  await until('the death is told', told, (n) => n === before + 2);
  teller.say('a death act is signed, and who may know is told');
  await tell(day, {
    by: 'municipality',
    type: 'burgerlijkestand.overlijden-herroepen',
    subject: `urn:kruispunt:persoon:${person}`,
    nis,
    data: {
      subjectPseudoniem: person,
      akteReferentie,
      reden: 'VERKEERDE_PERSOON',
      herroepenOp: day.today,
      beheerderNis: nis,
      bron: 'OVO027248',
      dataref: 'https://kruispunt.test/personen/proef',
    },
  });
  await expectations.check('a death that is revoked is taken back, and whoever heard of it is told', async () => {
    const state = await comesTo(day, akteReferentie, 'Herroepen');
    const after = await until('the revocation is told', told, (n) => n >= before + 4);
    return {
      ok: after === before + 4,
      detail: `${akteReferentie}: ${state}; ${after - before} mutations told, two of them annul`,
    };
  });
  teller.say('it was the wrong person: revoked, and told to all who heard');
}
