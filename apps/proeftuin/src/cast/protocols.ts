import type { Protocol } from '@kruispunt/policy';
import { organisations } from './organisations.js';

const mutation = 'be.vlaanderen.persoon.gegeven-gemuteerd.v1';
const registration = 'be.vlaanderen.bevolking.inschrijving-voltooid.v1';

/** The law of the day, as data: who may know what, under which purpose. The stranger has none. */
export const protocols: readonly Protocol[] = [
  {
    id: 'PROEF-WONEN',
    version: 1,
    parties: [{ organisation: organisations.housing.code }],
    hoedanigheid: 'wonen-huursubsidie',
    purpose: 'recalculate a rent subsidy when a tenant moves',
    legalGround: 'invented for the proving ground',
    eventTypes: [mutation],
    fieldsPerType: {
      [mutation]: [
        'subjectPseudoniem',
        'informatietype',
        'actie',
        'ingangsdatum',
        'beheerderNis',
        'dataref',
        'tijdstipRegistratie',
      ],
    },
    fetchFields: { persoon: ['voornamen', 'achternamen', 'geboorte', 'beheerderNis', 'verblijfsadres', 'adresRef'] },
    territory: 'all',
    subjectScope: 'registered',
    validFrom: '2020-01-01',
    validTo: null,
    channels: 'all',
    withdrawn: false,
  },
  {
    id: 'PROEF-PARKEREN',
    version: 1,
    parties: [{ organisation: organisations.parking.code }],
    hoedanigheid: 'parkeervergunning',
    purpose: 'end a resident’s parking permit',
    legalGround: 'invented for the proving ground',
    eventTypes: [mutation, registration],
    fieldsPerType: {
      [mutation]: ['subjectPseudoniem', 'informatietype', 'actie'],
      [registration]: ['dossier', 'ingangsdatum', 'nisNieuw'],
    },
    fetchFields: { persoon: ['beheerderNis'] },
    territory: 'all',
    subjectScope: 'all',
    validFrom: '2020-01-01',
    validTo: null,
    channels: 'all',
    withdrawn: false,
  },
];
