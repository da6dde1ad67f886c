import { describe, expect, it } from '@jest/globals';
import { chain, instanceId, type Item } from '@kruispunt/chain-engine';
import { ev, eventTypes, type SchemaIds } from '@kruispunt/contracts';
import { runBatch } from './run-batch.js';

const schemaIds: SchemaIds = {
  idOf: (type) => eventTypes.findIndex((t) => t.type === type.type) + 1,
  typeOf: (id) => eventTypes[id - 1],
};
/** A chain that publishes what its declaration says, right or wrong. */
const definition = chain('proef', { version: 1, owner: 'OVO002949', events: ev })
  .state<{ readonly dossier: string }>({ dossier: (v) => v.dossier, gemeente: () => '24062' })
  .key('dossier', {
    of: (v) => [v.dossier],
    from: { AdreswijzigingAangegevenV1: (e) => [e.dossier] },
    early: 'park',
    afterEnd: 'keep',
  })
  .start('AdreswijzigingAangegevenV1', { key: 'dossier', toestand: 'Begonnen', to: ['einde'] }, (e) => ({
    vars: { dossier: e.dossier },
    to: 'einde',
    acts: [
      {
        act: 'publish',
        event: 'GegevenGemuteerdV1',
        subject: 'urn:kruispunt:persoon:p1.a',
        data: {
          subjectPseudoniem: 'p1.a',
          informatietype: e.dossier === 'FOUT' ? 7 : 'IT020',
          actie: 'GEWIJZIGD',
          ingangsdatum: null,
          beheerderNis: null,
          bron: 'OVO027248',
          dataref: '/x',
        },
      },
    ],
  }))
  .end('einde', { toestand: 'Klaar' })
  .build();
const start = (dossier: string, id = `e-${dossier}`): Item => ({
  instance: instanceId('proef', dossier),
  chain: 'proef',
  input: { kind: 'event', name: 'AdreswijzigingAangegevenV1', id, source: 's', payload: { dossier } },
});
const known = { states: new Map(), blocked: new Set<string>() };

describe('a batch that publishes', () => {
  it('gives records with deterministic ids, the cause and the case', () => {
    const run = () => runBatch({ known, items: [start('GOED')], now: 1_000 }, [definition], schemaIds).records;
    expect(run().map((r) => r.headers['ce_type'])).toEqual([
      ev.KetenGestartV1.type,
      ev.GegevenGemuteerdV1.type,
      ev.KetenAfgeslotenV1.type,
    ]);
    expect(run()[1]?.headers).toMatchObject({
      ce_kpcausationid: 'e-GOED',
      ce_kpdossier: 'GOED',
      ce_kpgemeentenis: '24062',
      ce_source: 'urn:kruispunt:keten:proef',
    });
    expect(run()).toEqual(run());
  });

  it('makes an incident of a publication that does not fit its schema, and goes on with the others', () => {
    const { result, records } = runBatch(
      { known, items: [start('FOUT'), start('GOED'), start('FOUT', 'nog')], now: 1_000 },
      [definition],
      schemaIds,
    );
    expect([...result.states.keys()]).toEqual([instanceId('proef', 'GOED')]);
    expect(records.length).toBe(3);
    expect(result.incidents.map(({ error, behind }) => [error, behind])).toEqual([
      [expect.stringContaining(`schema-mismatch of ${ev.GegevenGemuteerdV1.type}`), false],
      ['behind an open incident', true],
    ]);
  });
});
