import { describe, it } from '@jest/globals';
import { testChain } from '@kruispunt/chain-author';
import { ev } from '@kruispunt/contracts';
import { adviesronde } from './03-write-a-chain.js';

const asked = () =>
  testChain(adviesronde)
    .on('2026-03-02')
    .given(ev.AanvraagIngediendV1, {
      ...{
        projectnummer: 'OMV_2026000123',
        procedure: 'GEWOON',
        bevoegdeOverheid: 'COLLEGE',
        indieningsdatum: '2026-03-02',
      },
      ...{
        commissieVereist: false,
        voorwerp: 'verbouwen',
        adressen: [],
        percelen: [],
        gemeentenNis: [],
        aanvragerRef: 'x',
      },
    });
const advies = (instantie: string) =>
  ({ projectnummer: 'OMV_2026000123', ronde: 1, instantie, strekking: 'GUNSTIG', adviesdatum: '2026-03-10' }) as const;

describe('a chain that an outsider wrote', () => {
  it('asks everybody at once, and goes to a person when all have answered', () => {
    asked()
      .expectPublished(ev.AdviesGevraagdV1, { instantie: 'OVO000002' })
      .given(ev.AdviesUitgebrachtV1, advies('OVO000002'))
      .expectState('AdviesGevraagd')
      .given(ev.AdviesUitgebrachtV1, advies('OVO000001'))
      .expectTask('beoordelen', { role: 'omgevingsambtenaar' })
      .answered('beoordelen', 'AKKOORD')
      .expectEnded('Gunstig');
  });

  it('waits thirty days for who stays silent, and not one longer', () => {
    asked()
      .advance('25 days')
      .expectPublished(ev.KetenTermijnGesignaleerdV1, { signaal: 'NADERT' })
      .advance('5 days')
      .expectState('AdviesGevraagd')
      .advance('1 day')
      .expectState('TeBeoordelen')
      .answered('beoordelen', 'NIET_AKKOORD')
      .expectEnded('Ongunstig');
  });
});
