import { describe, it } from '@jest/globals';
import { testChain } from '@kruispunt/chain-author';
import { ev } from '@kruispunt/contracts';
import { geboorte } from './v1.js';

describe('version 1 of geboorte, for who still runs under it', () => {
  it('ends with the registration of the child', () => {
    testChain(geboorte({ datarefBase: '/v1/personen' }))
      .on('2026-03-02')
      .given(ev.AkteOndertekendV1, {
        ...{ akteReferentie: 'AKTE-1', akteType: 'GEBOORTE', gebeurtenisdatum: '2026-03-01', gemeenteNis: '24062' },
        ...{ ondertekendOp: '2026-03-02T08:00:00.000Z', woonplaatsNis: '24055', wachtOpIdentificatie: true },
        betrokkenen: [{ rol: 'KIND', subjectPseudoniem: null }],
      })
      .expectState('WachtOpIdentificatie')
      .given(ev.IdentificatieToegekendV1, {
        ...{ subjectPseudoniem: 'p1.kind', soort: 'RIJKSREGISTERNUMMER', aanleiding: 'GEBOORTE', bron: 'OVO027248' },
        ...{
          akteReferentie: 'AKTE-1',
          ingangsdatum: '2026-03-01',
          beheerderNis: '24055',
          dataref: '/v1/personen/p1.kind',
        },
      })
      .expectEnded('Ingeschreven');
  });
});
