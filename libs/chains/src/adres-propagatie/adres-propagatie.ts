import { chain, type ChainDefinition } from '@kruispunt/chain-engine';
import { ev } from '@kruispunt/contracts';
import { addWorkingDays } from '@kruispunt/term';
import { adresOpgevolgd } from './publicaties.js';
import {
  groepVan,
  historeert,
  isHeradressering,
  lijstVan,
  metLijst,
  metParen,
  propagatieVan,
  verwijderdeAdressen,
  type Propagatie,
} from './propagatie.js';

/** Working days that an official has for a task; a reminder of our own, not of the law. */
const taakWerkdagen = 5;

/**
 * A readdressing in the register (decreet 08-05-2009 CRAB): new addresses, a transform, units and parcels that follow, old addresses that
 * are retired, in any order. All that shares one cause is one case. Until the end of its day the last list of each unit and parcel wins;
 * then each old address is told once, with what took its place and what followed, and whoever keeps an old id migrates it.
 */
export function adresPropagatie(): ChainDefinition {
  return (
    chain('adres-propagatie', { version: 1, owner: 'OVO002949', events: ev })
      .state<Propagatie>({ dossier: (v) => v.groep, gemeente: (v) => v.nisCodes[0] })
      // A merger transforms addresses by the ten thousand: that is work of the merger, and no case per address.
      .key('groep', {
        of: (v) => [v.groep],
        from: { AdresGetransformeerdV1: (e) => (e.reden === 'GEMEENTEFUSIE' ? [] : [groepVan(e)]) },
        early: 'pass',
        afterEnd: 'keep',
      })
      // What says that it is of a readdressing waits until the transform has come, and is shown to a person when it never does.
      .key('oud-adres', {
        of: (v) => Object.keys(v.paren),
        from: {
          AdresGewijzigdV1: (e) => (historeert(e) && isHeradressering(e) ? [e.id] : []),
          GebouweenheidGewijzigdV1: (e) => (isHeradressering(e) ? verwijderdeAdressen(e) : []),
          PerceelGewijzigdV1: (e) => (isHeradressering(e) ? verwijderdeAdressen(e) : []),
        },
        early: 'park',
        afterEnd: 'keep',
        holders: 'many',
      })
      // What detaches or retires an old address by itself counts too, while the case is open.
      .key('adres', {
        of: (v) => Object.keys(v.paren),
        from: {
          AdresGewijzigdV1: (e) => (historeert(e) && !isHeradressering(e) ? [e.id] : []),
          GebouweenheidGewijzigdV1: (e) => (isHeradressering(e) ? [] : verwijderdeAdressen(e)),
          PerceelGewijzigdV1: (e) => (isHeradressering(e) ? [] : verwijderdeAdressen(e)),
        },
        early: 'pass',
        afterEnd: 'drop',
        holders: 'many',
      })
      // A unit or parcel that followed may be changed again before the day is over.
      .key('object', {
        of: (v) => Object.keys(v.lijsten),
        from: {
          GebouweenheidGewijzigdV1: (e) => (lijstVan(e) ? [e.id] : []),
          PerceelGewijzigdV1: (e) => (lijstVan(e) ? [e.id] : []),
        },
        early: 'pass',
        afterEnd: 'drop',
        holders: 'many',
      })

      .start('AdresGetransformeerdV1', { key: 'groep', toestand: 'Heradresserend', to: ['volgen'] }, (e, c) => ({
        vars: propagatieVan(e, c.today),
        to: 'volgen',
      }))

      .wait('volgen', { toestand: 'Heradresserend' }, (w) =>
        w
          .event('AdresGetransformeerdV1', { to: [] }, (v, e) => ({ uitkomst: 'GETRANSFORMEERD', set: metParen(v, e) }))
          .event('AdresGewijzigdV1', { to: [] }, (v, e) => gehistoreerd(v, e.id))
          .event('GebouweenheidGewijzigdV1', { to: [] }, (v, e) => gevolgd(v, e))
          .event('PerceelGewijzigdV1', { to: [] }, (v, e) => gevolgd(v, e))
          .term('adres.opvolging', { from: (v) => v.begonnenOp, to: ['opvolgen'] }, () => ({ to: 'opvolgen' })),
      )

      .step('opvolgen', { to: ['opgevolgd', 'historering'] }, (v) => ({
        acts: Object.keys(v.paren)
          .filter((vanId) => !v.verteld.includes(vanId))
          .map((vanId) => adresOpgevolgd(v, vanId)),
        set: { verteld: Object.keys(v.paren) },
        uitkomst: 'OPGEVOLGD',
        to: allesGehistoreerd(v) ? 'opgevolgd' : 'historering',
      }))

      // The successor is known, and the old address still stands in the register as if nothing had happened.
      .wait('historering', { toestand: 'WachtOpHistorering' }, (w) =>
        w
          // Another transform of the same cause, after all: its day begins again, and only what is new is told.
          .event('AdresGetransformeerdV1', { to: ['volgen'] }, (v, e, c) => ({
            uitkomst: 'GETRANSFORMEERD',
            set: { ...metParen(v, e), begonnenOp: c.today },
            to: 'volgen',
          }))
          .event('AdresGewijzigdV1', { to: ['opgevolgd'] }, (v, e) => {
            const outcome = gehistoreerd(v, e.id);
            return allesGehistoreerd({ ...v, ...outcome.set }) ? { ...outcome, to: 'opgevolgd' } : outcome;
          })
          .term('adres.historering', { from: (v) => v.begonnenOp, to: [] }, (_, c) => ({
            uitkomst: 'NIET_GEHISTOREERD',
            acts: [
              {
                act: 'open-task',
                task: 'historering',
                role: 'adressenregister',
                reden: 'NIET_GEHISTOREERD',
                dueOn: addWorkingDays(c.today, taakWerkdagen),
              },
            ],
          })),
      )
      .end('opgevolgd', { toestand: 'Opgevolgd' })

      .build()
  );
}

const allesGehistoreerd = (v: Propagatie): boolean => Object.keys(v.paren).every((id) => v.gehistoreerd.includes(id));

const gehistoreerd = (v: Propagatie, id: string) =>
  v.paren[id] === undefined || v.gehistoreerd.includes(id)
    ? { ignore: 'geen oud adres van deze heradressering' }
    : { uitkomst: 'GEHISTOREERD', set: { gehistoreerd: [...v.gehistoreerd, id] } };

function gevolgd(v: Propagatie, e: Parameters<typeof metLijst>[1]) {
  const lijsten = metLijst(v, e);
  return lijsten === undefined
    ? { ignore: 'de lijst van adressen is niet veranderd' }
    : { uitkomst: 'GEVOLGD', set: { lijsten } };
}
