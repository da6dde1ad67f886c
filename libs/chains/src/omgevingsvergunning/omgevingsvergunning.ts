import { chain, type ChainDefinition } from '@kruispunt/chain-engine';
import { ev } from '@kruispunt/contracts';
import { dueDate } from '@kruispunt/term';
import {
  adviezenVolledig,
  beslissingVan,
  gevraagdeAdviezen,
  instantieVan,
  metAdvies,
  naLateVolledigheid,
  naOnderzoek,
  naVerlenging,
  naVolledigheid,
  zonderGevolg,
} from './behandeling.js';
import { beroepsklok, eersteBlijft, naBeroepsbeslissing, naBeroepstoets, nogEenBeroep } from './beroep.js';
import { naBekendmaking, naBeroep, opnieuwBekend } from './bekendmaking.js';
import { adviesVerstreken, stilzwijgendeWeigering, taak, vergunningUitvoerbaar } from './publicaties.js';
import { beroepsregel, beslissingsregel, klok, metStand, vergunningVan, type Vergunning } from './vergunning.js';

const naToets = ['behandeling', 'aanvullen', 'onontvankelijk'] as const;
const naDecision = ['wachttijd', 'geweigerd'] as const;
const naBeroepBeslist = ['beslist', 'definitief-geweigerd'] as const;

/**
 * The environment permit (decree 25-04-2014): tested for completeness, dealt with beside inquiry and advices, decided in time or
 * refused by silence, made known, used from day 36, or appealed. A decision after the last day is kept and void.
 */
export function omgevingsvergunning(): ChainDefinition {
  return (
    chain('omgevingsvergunning', { version: 1, owner: 'OVO002949', events: ev })
      .state<Vergunning>({ dossier: (v) => v.projectnummer, gemeente: (v) => v.gemeentenNis[0] })
      .key('project', {
        of: (v) => [v.projectnummer],
        from: {
          AanvraagIngediendV1: (e) => [e.projectnummer],
          VolledigheidBeoordeeldV1: (e) => [e.projectnummer],
          OpenbaarOnderzoekGewijzigdV1: (e) => [e.projectnummer],
          AdviesGevraagdV1: (e) => [e.projectnummer],
          AdviesUitgebrachtV1: (e) => [e.projectnummer],
          TermijnVerlengdV1: (e) => [e.projectnummer],
          BeslissingGenomenV1: (e) => [e.projectnummer],
          BeslissingBekendgemaaktV1: (e) => [e.projectnummer],
          BeroepIngesteldV1: (e) => [e.projectnummer],
          BeroepBeoordeeldV1: (e) => [e.projectnummer],
          BeroepsbeslissingGenomenV1: (e) => [e.projectnummer],
        },
        early: 'park',
        afterEnd: 'keep',
      })
      .key('gemeente', {
        of: (v) => v.gemeentenNis,
        from: { GemeenteGefusioneerdV1: (e) => [e.vanNis] },
        early: 'pass',
        afterEnd: 'drop',
        holders: 'many',
      })

      .start('AanvraagIngediendV1', { key: 'project', toestand: 'Ingediend', to: ['volledigheid'] }, (e) => ({
        vars: vergunningVan(e),
        to: 'volledigheid',
      }))

      // Silence on completeness starts the clock too: after day 30 (OVD art. 46 §1).
      .wait('volledigheid', { toestand: 'Ingediend' }, (w) =>
        w
          .event('VolledigheidBeoordeeldV1', { to: naToets }, (v, e, c) => naVolledigheid(v, e, c.today))
          .term(
            'omv.volledigheid',
            { from: (v) => v.indieningsdatum, remindBefore: [5], to: ['behandeling'] },
            (v, c) => ({
              set: klok(v, {
                klokVan: (c.term && dueDate(c.term)) ?? c.today,
                klokDoor: 'STILZWIJGEN',
                procedure: v.procedure,
              }),
              to: 'behandeling',
            }),
          ),
      )
      .wait('aanvullen', { toestand: 'Onvolledig' }, (w) =>
        w.event('VolledigheidBeoordeeldV1', { to: naToets }, (v, e, c) => naVolledigheid(v, e, c.today)),
      )
      .end('onontvankelijk', { toestand: 'Onontvankelijk', reden: 'ONONTVANKELIJK' })

      // Every advice that was asked has its own clock; the decision does not wait for them, and ends them.
      .parallel('behandeling', { toestand: 'InBehandeling' }, (w) =>
        w
          .forEach('advies', gevraagdeAdviezen, 'advies')
          .join('all', { to: [] }, adviezenVolledig)
          .event('VolledigheidBeoordeeldV1', { to: [] }, naLateVolledigheid)
          .event('OpenbaarOnderzoekGewijzigdV1', { to: ['openbaar-onderzoek'] }, (v, e) => {
            if (v.procedure === 'VEREENVOUDIGD')
              return { ignore: 'geen openbaar onderzoek in de vereenvoudigde procedure' };
            if (e.fase !== 'GESTART' || e.ronde <= (v.onderzoek?.ronde ?? 0)) return { ignore: 'geen nieuwe ronde' };
            return {
              uitkomst: 'ONDERZOEK_GESTART',
              set: { onderzoek: { ronde: e.ronde, van: e.datum, tot: null } },
              branches: { onderzoek: 'openbaar-onderzoek' },
            };
          })
          .event('AdviesGevraagdV1', { to: [] }, (v, e) => ({
            uitkomst: 'ADVIES_GEVRAAGD',
            set: {
              adviezen: {
                ...v.adviezen,
                [e.instantie]: { ronde: e.ronde, gevraagdOp: e.gevraagdOp, strekking: null },
              },
            },
          }))
          // What comes late, or was not asked for, is kept with the dossier. Our own word of a silence tells nothing new.
          .event('AdviesUitgebrachtV1', { to: [] }, (v, e) =>
            v.adviezen[e.instantie]?.strekking === null || e.strekking === 'TERMIJN_VERSTREKEN'
              ? { ignore: 'niet laat' }
              : { uitkomst: 'ADVIES_LAAT', set: metAdvies(v, e) },
          )
          .event('TermijnVerlengdV1', { to: [] }, (v, e, c) => naVerlenging(v, e, c, 'einddatum'))
          .event('BeslissingGenomenV1', { to: ['beslist'] }, (v, e) => {
            const beslissing = beslissingVan(v, e);
            if (beslissing.buitenTermijn) return { uitkomst: 'BUITEN_TERMIJN', set: { beslissing } };
            return { uitkomst: e.uitkomst, set: { beslissing }, to: 'beslist' };
          })
          .term(
            ['omv.beslissing.gewoon', 'omv.beslissing.commissie', 'omv.beslissing.vereenvoudigd'],
            {
              choose: beslissingsregel,
              from: (v) => v.klokVan ?? v.indieningsdatum,
              remindBefore: [10],
              to: ['stilzwijgend-geweigerd'],
            },
            (v, c) => {
              const einddatum = (c.term && dueDate(c.term)) ?? c.today;
              return {
                set: { einddatum },
                acts: [stilzwijgendeWeigering(v, einddatum)],
                to: 'stilzwijgend-geweigerd',
              };
            },
          ),
      )

      .wait('openbaar-onderzoek', {}, (w) =>
        w
          .event('OpenbaarOnderzoekGewijzigdV1', { to: [] }, naOnderzoek)
          .term('omv.openbaar-onderzoek', { from: (v) => v.onderzoek?.van ?? v.indieningsdatum, to: [] }, () => ({
            done: true,
          })),
      )
      .wait('advies', {}, (w) =>
        w
          .event('AdviesUitgebrachtV1', { to: [] }, (v, e, c) =>
            instantieVan(c.element) === e.instantie
              ? { uitkomst: e.strekking, set: metAdvies(v, e), done: true }
              : { ignore: 'advies van een andere instantie' },
          )
          .term(
            'omv.advies',
            {
              from: (v, token) => v.adviezen[instantieVan(token)]?.gevraagdOp ?? v.indieningsdatum,
              remindBefore: [7],
              to: [],
            },
            (v, c) => {
              const instantie = instantieVan(c.element);
              const asked = v.adviezen[instantie] ?? { ronde: 1, gevraagdOp: c.today };
              return {
                set: { adviezen: { ...v.adviezen, [instantie]: { ...asked, strekking: 'TERMIJN_VERSTREKEN' } } },
                acts: [adviesVerstreken(v, instantie, (c.term && dueDate(c.term)) ?? c.today)],
                done: true,
              };
            },
          ),
      )

      // Refused by law. A decision of before the last day that comes in now undoes it; one of after that day never does.
      .wait('stilzwijgend-geweigerd', { toestand: 'StilzwijgendGeweigerd' }, (w) =>
        w
          .event('BeslissingGenomenV1', { to: ['beslist'] }, (v, e, c) => {
            const beslissing = beslissingVan(v, e);
            if (beslissing.buitenTermijn) return { uitkomst: 'BUITEN_TERMIJN', set: { beslissing } };
            const events = c.published('StilzwijgendeWeigeringV1');
            return {
              uitkomst: e.uitkomst,
              set: { beslissing, beroepTot: null },
              acts: [{ act: 'compensate', reden: 'TIJDIG_BESLIST', events }],
              to: 'beslist',
            };
          })
          .event('TermijnVerlengdV1', { to: [] }, (v, e, c) =>
            e.meegedeeldOp >= (v.einddatum ?? '')
              ? zonderGevolg(v, 'te laat meegedeeld')
              : { uitkomst: 'LAAT_BERICHT', acts: [taak('verlenging', 'TIJDIG_MEEGEDEELD_LAAT_BERICHT', c.today)] },
          )
          .event('BeslissingBekendgemaaktV1', { to: [] }, opnieuwBekend)
          .event('BeroepIngesteldV1', { to: ['beroep'] }, naBeroep)
          .term(
            'omv.beroep',
            { from: (v) => v.einddatum ?? v.indieningsdatum, to: ['stilzwijgend-definitief'] },
            () => ({
              to: 'stilzwijgend-definitief',
            }),
          ),
      )
      .end('stilzwijgend-definitief', { toestand: 'StilzwijgendGeweigerd', reden: 'DEEMED_REFUSED' })

      // Without posting no clock of use runs: after ten days somebody is asked to look.
      .wait('beslist', { toestand: 'Beslist' }, (w) =>
        w
          .event('BeslissingBekendgemaaktV1', { to: naDecision }, naBekendmaking)
          .event('BeroepIngesteldV1', { to: ['beroep'] }, naBeroep)
          .term(
            'omv.betekening',
            { from: (v) => v.beslissing?.op ?? v.indieningsdatum, to: ['niet-bekendgemaakt'] },
            (_, c) => ({ acts: [taak('bekendmaking', 'NIET_BEKENDGEMAAKT', c.today)], to: 'niet-bekendgemaakt' }),
          ),
      )
      .wait('niet-bekendgemaakt', {}, (w) =>
        w
          .event('BeslissingBekendgemaaktV1', { to: naDecision }, (v, e) => {
            const outcome = naBekendmaking(v, e);
            return outcome.to === undefined
              ? outcome
              : { ...outcome, acts: [{ act: 'close-task', task: 'bekendmaking' }] };
          })
          .event('BeroepIngesteldV1', { to: ['beroep'] }, naBeroep),
      )

      .wait('wachttijd', { toestand: 'Bekendgemaakt' }, (w) =>
        w
          .event('BeslissingBekendgemaaktV1', { to: [] }, (v, e, c) =>
            e.wijze === 'AANPLAKKING' ? opnieuwBekend(v, e, c) : { ignore: 'geen aanplakking' },
          )
          .event('BeroepIngesteldV1', { to: ['beroep'] }, naBeroep)
          .term(
            'omv.wachttijd',
            { from: (v) => v.bekendgemaaktOp ?? v.indieningsdatum, to: ['uitvoerbaar'] },
            (v, c) => ({
              acts: [
                vergunningUitvoerbaar(v, {
                  vanaf: v.uitvoerbaarVanaf ?? c.today,
                  grond: v.beslissing?.aanleg === 'LAATSTE' ? 'BEROEPSBESLISSING' : 'WACHTTIJD_VERSTREKEN',
                }),
              ],
              to: 'uitvoerbaar',
            }),
          ),
      )
      // An appeal that was filed in time may still be on its way.
      .wait('uitvoerbaar', { toestand: 'Uitvoerbaar' }, (w) =>
        w
          .event('BeroepIngesteldV1', { to: ['beroep'] }, naBeroep)
          .term(
            'omv.nakomend-beroep',
            { from: (v) => v.uitvoerbaarVanaf ?? v.indieningsdatum, to: ['definitief-uitvoerbaar'] },
            () => ({ to: 'definitief-uitvoerbaar' }),
          ),
      )
      .end('definitief-uitvoerbaar', { toestand: 'Uitvoerbaar' })

      .wait('geweigerd', { toestand: 'Geweigerd' }, (w) =>
        w
          .event('BeroepIngesteldV1', { to: ['beroep'] }, naBeroep)
          .term(
            'omv.beroep',
            { from: (v) => v.bekendgemaaktOp ?? v.indieningsdatum, to: ['definitief-geweigerd'] },
            () => ({
              to: 'definitief-geweigerd',
            }),
          ),
      )
      .end('definitief-geweigerd', { toestand: 'Geweigerd', reden: 'GEWEIGERD' })

      .wait('beroep', { toestand: 'InBeroep' }, (w) =>
        w
          .event('BeroepIngesteldV1', { to: [] }, nogEenBeroep)
          .event(
            'BeroepBeoordeeldV1',
            { to: ['beroepsbehandeling', 'beroep-aanvullen', 'beroep-afgewezen'] },
            (v, e, c) => naBeroepstoets(v, e, c.today),
          )
          .event('BeroepsbeslissingGenomenV1', { to: naBeroepBeslist }, naBeroepsbeslissing)
          .term(
            'omv.beroep.volledigheid',
            { from: (v) => v.beroepen.at(-1)?.ingesteldOp ?? v.indieningsdatum, to: ['beroepsbehandeling'] },
            (v, c) => ({ set: beroepsklok(v, (c.term && dueDate(c.term)) ?? c.today), to: 'beroepsbehandeling' }),
          ),
      )
      .wait('beroep-aanvullen', { toestand: 'InBeroep' }, (w) =>
        w
          .event('BeroepIngesteldV1', { to: [] }, nogEenBeroep)
          .event(
            'BeroepBeoordeeldV1',
            { to: ['beroepsbehandeling', 'beroep-aanvullen', 'beroep-afgewezen'] },
            (v, e, c) => naBeroepstoets(v, e, c.today),
          )
          .term(
            'omv.beroep.aanvulling',
            { from: (v) => v.beroepVan ?? v.indieningsdatum, to: ['beroep-afgewezen'] },
            (v) => ({
              set: { beroepen: metStand(v, 'ONVOLLEDIG') },
              to: 'beroep-afgewezen',
            }),
          ),
      )
      // Silence rejects the appeal; the first decision stands (OVD art. 66).
      .wait('beroepsbehandeling', { toestand: 'InBeroep' }, (w) =>
        w
          .event('BeroepIngesteldV1', { to: [] }, nogEenBeroep)
          .event('TermijnVerlengdV1', { to: [] }, (v, e, c) => naVerlenging(v, e, c, 'beroepEinddatum'))
          .event('BeroepsbeslissingGenomenV1', { to: naBeroepBeslist }, naBeroepsbeslissing)
          .term(
            ['omv.beroepsbeslissing.gewoon', 'omv.beroepsbeslissing.vereenvoudigd'],
            {
              choose: beroepsregel,
              from: (v) => v.beroepVan ?? v.indieningsdatum,
              remindBefore: [10],
              to: ['beroep-afgewezen'],
            },
            (v) => ({ set: { beroepen: metStand(v, 'GEACHT_AFGEWEZEN') }, to: 'beroep-afgewezen' }),
          ),
      )
      .step(
        'beroep-afgewezen',
        {
          to: ['beslist', 'wachttijd', 'definitief-uitvoerbaar', 'definitief-geweigerd', 'stilzwijgend-definitief'],
        },
        eersteBlijft,
      )

      // The authority follows the territory; the dossier and its clock stay.
      .always('GemeenteGefusioneerdV1', { to: [] }, (v, e, c) =>
        e.ingangsdatum > c.today
          ? { ignore: 'de fusie gaat later in' }
          : {
              uitkomst: 'FUSIE',
              set: { gemeentenNis: [...new Set(v.gemeentenNis.map((nis) => (nis === e.vanNis ? e.naarNis : nis)))] },
            },
      )

      .build()
  );
}
