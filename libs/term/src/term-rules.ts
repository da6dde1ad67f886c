import { problem } from '@kruispunt/problem';
import type { TermRule } from './term-rule.js';

const days = { unit: 'days', anchor: 'next-day', roll: 'none', suspendable: false } as const;
const workingDays = { ...days, unit: 'working-days' } as const;

const firstInstance = ['WIJZIGING_NIEUW_OPENBAAR_ONDERZOEK', 'ADMINISTRATIEVE_LUS', 'ZAAK_DER_WEGEN'] as const;
/** Once, for one of three reasons (OVD art. 32 §2; strictly once: RvVb A-2223-0103, A-2223-0405). */
const once = { amount: 60, reasons: [firstInstance], sanction: 'NO_EFFECT', basis: 'OVD art. 32 §2' } as const;
/** In last instance once by law and once more when the applicant asks (OVD art. 66 §2 and §2/1). */
const onceAndOnRequest = {
  amount: 60,
  reasons: [firstInstance, ['VERZOEK_AANVRAGER']],
  sanction: 'NO_EFFECT',
  basis: 'OVD art. 66 §2 en §2/1',
} as const;

const table = [
  {
    id: 'verhuis.aangifte',
    version: '1992',
    budget: 8,
    ...workingDays,
    sanction: 'NONE',
    basis: 'KB 16-07-1992 art. 7',
  },
  {
    id: 'verhuis.woonstcontrole',
    version: '2026',
    budget: 15,
    ...workingDays,
    sanction: 'TASK',
    basis: 'KB 16-07-1992 art. 10; gemeentelijk reglement',
  },
  {
    id: 'verhuis.woonstcontrole',
    version: '2001',
    budget: 8,
    ...workingDays,
    sanction: 'TASK',
    basis: 'Senaat, antwoord 2-1407',
  },
  {
    id: 'verhuis.kennisgeving',
    version: '2001',
    budget: 20,
    ...days,
    sanction: 'TASK',
    basis: 'Senaat, antwoord 2-1407',
  },
  { id: 'omv.volledigheid', version: '2017', budget: 30, ...days, sanction: 'CLOCK_STARTS', basis: 'OVD art. 46 §1' },
  {
    id: 'omv.beslissing.vereenvoudigd',
    version: '2017',
    budget: 60,
    ...days,
    sanction: 'DEEMED_REFUSED',
    basis: 'OVD art. 46',
  },
  {
    id: 'omv.beslissing.gewoon',
    version: '2017',
    budget: 105,
    ...days,
    extension: once,
    sanction: 'DEEMED_REFUSED',
    basis: 'OVD art. 32',
  },
  {
    id: 'omv.beslissing.commissie',
    version: '2017',
    budget: 120,
    ...days,
    extension: once,
    sanction: 'DEEMED_REFUSED',
    basis: 'OVD art. 32',
  },
  {
    id: 'omv.openbaar-onderzoek',
    version: '2017',
    budget: 30,
    ...days,
    anchor: 'same-day',
    suspendable: true,
    sanction: 'NONE',
    basis: 'BVR 27-11-2015',
  },
  { id: 'omv.advies', version: '2017', budget: 30, ...days, sanction: 'NONE', basis: 'BVR 27-11-2015' },
  { id: 'omv.betekening', version: '2017', budget: 10, ...days, sanction: 'NONE', basis: 'BVR 27-11-2015' },
  {
    id: 'omv.wachttijd',
    version: '2017',
    budget: 35,
    ...days,
    sanction: 'NONE',
    basis: 'OVD; dag 36 na de eerste dag van aanplakking',
  },
  { id: 'omv.beroep', version: '2017', budget: 30, ...days, sanction: 'INADMISSIBLE', basis: 'OVD art. 54' },
  {
    id: 'omv.beroep.volledigheid',
    version: '2017',
    budget: 30,
    ...days,
    sanction: 'CLOCK_STARTS',
    basis: 'OVD art. 57 (te verifiëren)',
  },
  {
    id: 'omv.nakomend-beroep',
    version: '2017',
    budget: 30,
    ...days,
    sanction: 'NONE',
    basis: 'eigen termijn: een tijdig beroep kan later binnenkomen',
  },
  { id: 'omv.beroep.aanvulling', version: '2017', budget: 14, ...days, sanction: 'INCOMPLETE', basis: 'OVD art. 57' },
  {
    id: 'omv.beroepsbeslissing.gewoon',
    version: '2017',
    budget: 120,
    ...days,
    suspendable: true,
    extension: onceAndOnRequest,
    sanction: 'APPEAL_REJECTED',
    basis: 'OVD art. 66',
  },
  {
    id: 'omv.beroepsbeslissing.vereenvoudigd',
    version: '2017',
    budget: 60,
    ...days,
    suspendable: true,
    extension: onceAndOnRequest,
    sanction: 'APPEAL_REJECTED',
    basis: 'OVD art. 66',
  },
  {
    id: 'geboorte.aangifte',
    version: '2019',
    budget: 15,
    ...days,
    roll: 'next-working-day',
    sanction: 'JUDGMENT',
    basis: 'oud BW boek I titel II',
  },
  {
    id: 'geboorte.kennisgeving',
    version: '2019',
    budget: 1,
    ...days,
    sanction: 'TASK',
    basis: 'oud BW boek I titel II',
  },
  {
    id: 'geboorte.identificatie',
    version: '2026',
    budget: 1,
    ...days,
    sanction: 'TASK',
    basis: 'eigen termijn: de DABS geeft het nummer door',
  },
  { id: 'huwelijk.wachttijd', version: '2019', budget: 14, ...days, sanction: 'NONE', basis: 'oud BW boek I titel II' },
  {
    id: 'huwelijk.nakomende-akte',
    version: '2026',
    budget: 30,
    ...days,
    sanction: 'NONE',
    basis: 'eigen termijn: een akte van binnen het venster kan later binnenkomen',
  },
  {
    id: 'huwelijk.venster',
    version: '2019',
    budget: 6,
    ...days,
    unit: 'months',
    sanction: 'LAPSED',
    basis: 'oud BW boek I titel II',
  },
  {
    id: 'fusie.ingang',
    version: '2017',
    budget: 1,
    ...days,
    anchor: 'same-day',
    sanction: 'NONE',
    basis: 'decreet lokaal bestuur 22-12-2017; laatste dag van de oude gemeente',
  },
  {
    id: 'fusie.overgang',
    version: '2026',
    budget: 90,
    ...days,
    sanction: 'TASK',
    basis: 'eigen termijn: zo lang gelden oude en nieuwe code naast elkaar',
  },
  {
    id: 'adres.opvolging',
    version: '2026',
    budget: 1,
    ...days,
    anchor: 'same-day',
    sanction: 'NONE',
    basis: 'eigen termijn: tot het einde van de dag wint de laatste lijst',
  },
  {
    id: 'adres.historering',
    version: '2026',
    budget: 30,
    ...days,
    sanction: 'TASK',
    basis: 'eigen termijn: een opgevolgd adres wordt gehistoreerd',
  },
  {
    id: 'geboorte.ontvangst',
    version: '2026',
    budget: 5,
    ...workingDays,
    sanction: 'TASK',
    basis: 'eigen termijn: wie het bericht kreeg, bevestigt het',
  },
  {
    id: 'overlijden.ontvangst',
    version: '2026',
    budget: 3,
    ...workingDays,
    sanction: 'TASK',
    basis: 'eigen termijn: wie het bericht kreeg, bevestigt het',
  },
] as const satisfies readonly TermRule[];

/** Every legal term Kruispunt knows, as data. The newest version of a rule stands first. */
export const termRules: readonly TermRule[] = table;

/** The names of the rules: a chain that asks for a term that does not exist does not compile. */
export type TermRuleId = (typeof table)[number]['id'];

/** The rule `id` in `version`, or in its newest version. Throws `not-found` when there is none. */
export function termRule(id: string, version?: string): TermRule {
  const rule = termRules.find((r) => r.id === id && (version === undefined || r.version === version));
  if (!rule) throw problem('not-found', { at: `term rule ${id}${version === undefined ? '' : `@${version}`}` });
  return rule;
}
