import { describe, it } from '@jest/globals';
import { testChain } from '@kruispunt/chain-author';
import { ev } from '@kruispunt/contracts';
import { huwelijk } from './v1.js';

const betrokkenen = ['p1.a', 'p1.b'];

describe('version 1 of huwelijk, for who still runs under it', () => {
  it('ends with the marriage', () => {
    testChain(huwelijk({ datarefBase: '/v1/personen' }))
      .on('2026-08-17')
      .given(ev.HuwelijkAangegevenV1, {
        ...{ akteReferentie: 'AANGIFTE-1', aangiftedatum: '2026-08-17', vroegsteDatum: '2026-08-31' },
        ...{ uitersteDatum: '2027-02-28', uitgesteld: false, betrokkenen, gemeenteNis: '24055' },
      })
      .on('2026-09-05')
      .given(ev.AkteOndertekendV1, {
        ...{ akteReferentie: 'AKTE-1', akteType: 'HUWELIJK', gebeurtenisdatum: '2026-09-05', gemeenteNis: '24055' },
        ...{ ondertekendOp: '2026-09-05T13:00:00.000Z', woonplaatsNis: null, wachtOpIdentificatie: false },
        betrokkenen: betrokkenen.map((subjectPseudoniem) => ({ rol: 'ECHTGENOOT', subjectPseudoniem }) as const),
      })
      .expectPublished(ev.GegevenGemuteerdV1, { subjectPseudoniem: 'p1.a', informatietype: 'IT120' })
      .expectPublished(ev.GegevenGemuteerdV1, { subjectPseudoniem: 'p1.b', informatietype: 'IT120' })
      .expectEnded('Gehuwd');
  });
});
