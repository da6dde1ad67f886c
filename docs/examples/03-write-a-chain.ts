import { chain } from '@kruispunt/chain-engine';
import { ev } from '@kruispunt/contracts';

interface Rondvraag {
  readonly project: string;
  readonly ingediend: string;
  readonly instanties: readonly string[];
}

/**
 * A round of advices: everybody is asked at once, each is withdrawn when one of them fails, and a person looks at the result. Silence ends
 * the round after thirty days. Leave out a key, a node, a join or an answer, or misread a payload, and this does not compile.
 */
export const adviesronde = chain('adviesronde', { version: 1, owner: 'OVO002949', events: ev })
  .state<Rondvraag>({ dossier: (v) => v.project, gemeente: () => undefined })
  .key('project', {
    of: (v) => [v.project],
    from: { AanvraagIngediendV1: (e) => [e.projectnummer], AdviesUitgebrachtV1: (e) => [e.projectnummer] },
    early: 'park',
    afterEnd: 'keep',
  })
  .start('AanvraagIngediendV1', { key: 'project', toestand: 'Ingediend', to: ['ronde'] }, (e) => ({
    vars: { project: e.projectnummer, ingediend: e.indieningsdatum, instanties: ['OVO000001', 'OVO000002'] },
    to: 'ronde',
  }))
  .parallel('ronde', { toestand: 'AdviesGevraagd' }, (p) =>
    p
      .forEach('advies', (v) => v.instanties, 'advies')
      .term('omv.advies', { from: (v) => v.ingediend, remindBefore: [7], to: ['beoordelen'] }, () => ({
        to: 'beoordelen',
      }))
      .join('all', { to: ['beoordelen'] }, () => ({ to: 'beoordelen' })),
  )
  .wait('advies', {}, (w) =>
    w
      .asks({}, (v, c) => ({
        acts: [
          {
            act: 'publish',
            event: 'AdviesGevraagdV1',
            subject: `urn:omv:${v.project}`,
            data: {
              projectnummer: v.project,
              ronde: 1,
              instantie: c.element,
              gevraagdOp: c.today,
              uitersteDatum: c.today,
            },
          },
        ],
      }))
      .event('AdviesUitgebrachtV1', { to: [] }, (_, e, c) =>
        e.instantie === c.element ? { uitkomst: e.strekking, done: true } : { ignore: 'andere instantie' },
      ),
  )
  .task('beoordelen', { role: 'omgevingsambtenaar', toestand: 'TeBeoordelen' }, (t) =>
    t.answered({ to: ['gunstig', 'ongunstig'] }, (_, e) => ({
      to: e.uitkomst === 'AKKOORD' ? 'gunstig' : 'ongunstig',
    })),
  )
  .end('gunstig', { toestand: 'Gunstig' })
  .end('ongunstig', { toestand: 'Ongunstig' })
  .build();
