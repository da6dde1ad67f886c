// The chain that the rivals run as well: two steps, a report that is waited for, three steps, the end. The steps do nothing but be told.
import { chain } from '@kruispunt/chain-engine';
import { ev } from '@kruispunt/contracts';

const on = (to) => [{ to: [to] }, () => ({ to })];

export const fiveSteps = chain('vijf-stappen', { version: 1, owner: 'bench', events: ev })
  .state({ dossier: (v) => v.dossier, gemeente: () => '24055' })
  .key('dossier', {
    of: (v) => [v.dossier],
    from: { AdreswijzigingAangegevenV1: (e) => [e.dossier], WoonstcontroleUitgevoerdV1: (e) => [e.dossier] },
    early: 'park',
    afterEnd: 'drop',
  })
  .start('AdreswijzigingAangegevenV1', { key: 'dossier', toestand: 'Aangegeven', to: ['aangegeven'] }, (e) => ({
    vars: { dossier: e.dossier },
    to: 'aangegeven',
  }))
  .step('aangegeven', ...on('controle-gevraagd'))
  .step('controle-gevraagd', ...on('verslag'))
  .wait('verslag', {}, (w) => w.event('WoonstcontroleUitgevoerdV1', ...on('beoordeeld')))
  .step('beoordeeld', ...on('ingeschreven'))
  .step('ingeschreven', ...on('bekendgemaakt'))
  .step('bekendgemaakt', ...on('einde'))
  .end('einde', { toestand: 'Ingeschreven' })
  .build();
