import { describe, expect, it } from '@jest/globals';
import { ev } from '@kruispunt/contracts';
import fc from 'fast-check';
import { applyBatch, type Item } from './apply-batch.js';
import { chain } from './chain.js';
import type { ChainState } from './chain-state.js';
import { instanceId } from './correlation.js';
import { fold } from './fold.js';
import { firstBroken, type HistoryRow } from './history.js';

interface Vars {
  readonly dossier: string;
  readonly keer: number;
}

/** A small chain with everything the engine has: steps, a wait with a term, a task, compensation, and a handler that breaks on demand. */
const definition = chain('proef', { version: 1, owner: 'OVO002949', events: ev })
  .state<Vars>({ dossier: (v) => v.dossier, gemeente: () => '24062' })
  .key('dossier', {
    of: (v) => [v.dossier, `keer-${v.keer % 2}`],
    from: { AdreswijzigingAangegevenV1: (e) => [e.dossier], WoonstcontroleUitgevoerdV1: (e) => [e.dossier] },
    early: 'park',
    afterEnd: 'keep',
  })
  .start('AdreswijzigingAangegevenV1', { key: 'dossier', toestand: 'Begonnen', to: ['wacht'] }, (e) => ({
    vars: { dossier: e.dossier, keer: 0 },
    to: 'wacht',
  }))
  .wait('wacht', { toestand: 'Wachtend' }, (w) =>
    w
      .event('WoonstcontroleUitgevoerdV1', { to: ['wacht', 'klaar'] }, (v, e) => {
        if (e.pogingen === 13) throw new Error('a bug in the definition');
        if (e.resultaat === 'BEVESTIGD') return { uitkomst: 'JA', to: 'klaar' };
        if (e.resultaat === 'UITZONDERING') return { ignore: 'onbekend' };
        return {
          set: { keer: v.keer + 1 },
          acts: [{ act: 'open-task', task: 'kijk', role: 'r', reden: 'NEE' }],
          to: 'wacht',
        };
      })
      .term('verhuis.woonstcontrole', { from: () => '2026-04-20', remindBefore: [3], to: ['klaar'] }, () => ({
        to: 'klaar',
      })),
  )
  .step('klaar', { to: ['einde'] }, (_, c) => ({
    acts: [
      { act: 'close-task', task: 'kijk' },
      { act: 'compensate', reden: 'X', events: c.published('GegevenGemuteerdV1') },
    ],
    to: 'einde',
  }))
  .end('einde', { toestand: 'Klaar' })
  .build();

const dossiers = ['A', 'B', 'C'];
const start = (dossier: string): Item => ({
  instance: instanceId('proef', dossier),
  chain: 'proef',
  input: {
    kind: 'event',
    name: 'AdreswijzigingAangegevenV1',
    id: `start-${dossier}`,
    source: 's',
    payload: { dossier },
  },
});
const items = fc
  .array(
    fc.record({
      dossier: fc.constantFrom(...dossiers),
      resultaat: fc.constantFrom('BEVESTIGD', 'NIET_BEVESTIGD', 'NIET_AANGETROFFEN', 'UITZONDERING'),
      pogingen: fc.constantFrom(1, 2, 13),
      timer: fc.boolean(),
      gen: fc.integer({ min: 1, max: 4 }),
    }),
    { maxLength: 25 },
  )
  .map((list) =>
    list.map((one, at): Item => ({
      instance: instanceId('proef', one.dossier),
      chain: 'proef',
      input: one.timer
        ? { kind: 'timer', timer: 'main/due', gen: one.gen }
        : { kind: 'event', name: 'WoonstcontroleUitgevoerdV1', id: `e-${at}`, source: 's', payload: one },
    })),
  );

/** Runs items in batches of a size, as the store would: states, rows and incidents accumulate, timers and keys end as rows. */
function runIn(batches: readonly (readonly Item[])[], now: number) {
  const states = new Map<string, ChainState>();
  const [history, published, incidents] = [new Map<string, HistoryRow[]>(), [] as string[], [] as string[]];
  const [timers, keys] = [new Map<string, number>(), new Set<string>()];
  const blocked = new Set<string>();
  for (const batch of batches) {
    const result = applyBatch([definition], { states, blocked }, batch, now);
    for (const [id, { state, revBefore }] of result.states) {
      expect(revBefore).toBe(states.get(id)?.rev ?? 0);
      states.set(id, state);
    }
    for (const { instance, row } of result.history) history.set(instance, [...(history.get(instance) ?? []), row]);
    published.push(...result.publications.map((p) => p.publication.id));
    incidents.push(...result.incidents.map((i) => `${i.item.instance} ${i.error} ${String(i.behind)}`));
    for (const i of result.incidents) blocked.add(i.item.instance);
    for (const { instance, name, timer } of result.timers) {
      if (timer) timers.set(`${instance}/${name}`, timer.gen);
      else timers.delete(`${instance}/${name}`);
    }
    for (const { instance, key, added } of result.keys) {
      if (added) keys.add(`${instance}/${key}`);
      else keys.delete(`${instance}/${key}`);
    }
  }
  return {
    states,
    history,
    published: published.sort(),
    incidents: incidents.sort(),
    timers: [...timers].sort(),
    keys: [...keys].sort(),
  };
}

describe('a batch', () => {
  const now = Date.parse('2026-06-01T10:00:00Z');
  const cut = (list: readonly Item[], size: number) =>
    Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, at * size + size));

  it('has the same outcome as its inputs one by one, however it is cut', () => {
    fc.assert(
      fc.property(items, fc.integer({ min: 1, max: 30 }), (list, size) => {
        const all = [...dossiers.map(start), ...list];
        expect(runIn(cut(all, size), now)).toEqual(runIn(cut(all, 1), now));
      }),
      { numRuns: 150 },
    );
  });

  it('leaves states that are the fold of their history, rows linked by hash, and rows in the store that are what the state says', () => {
    fc.assert(
      fc.property(items, (list) => {
        const run = runIn(cut([...dossiers.map(start), ...list], 7), now);
        for (const [id, state] of run.states) {
          expect([fold(definition, run.history.get(id) ?? []), firstBroken(run.history.get(id) ?? [])]).toEqual([
            state,
            undefined,
          ]);
          expect(run.timers.filter(([name]) => name.startsWith(id))).toEqual(
            Object.entries(state.timers)
              .map(([name, t]) => [`${id}/${name}`, t.gen])
              .sort(),
          );
          expect(run.keys.filter((key) => key.startsWith(id))).toEqual(state.keys.map((key) => `${id}/${key}`).sort());
        }
      }),
      { numRuns: 80 },
    );
  });

  it('names the first row of a history that was altered, moved or left out', () => {
    const rows = runIn(
      [
        [
          start('A'),
          ...[1, 2, 3].map((n): Item => ({
            ...start('A'),
            input: {
              kind: 'event',
              name: 'WoonstcontroleUitgevoerdV1',
              id: `x${n}`,
              source: 's',
              payload: { dossier: 'A', resultaat: 'NIET_AANGETROFFEN', pogingen: 1 },
            },
          })),
        ],
      ],
      now,
    ).history.get(instanceId('proef', 'A'))!;
    const [a, b, c, d] = rows as [HistoryRow, HistoryRow, HistoryRow, HistoryRow];
    expect([
      firstBroken([a, { ...b, toestand: 'Anders' }, c, d]),
      firstBroken([a, c, d]),
      firstBroken([a, c, b, d]),
      firstBroken(rows),
    ]).toEqual([2, 2, 2, undefined]);
  });

  it('makes an incident of a bug and holds only its own instance behind it', () => {
    const broken = (dossier: string, pogingen: number, id: string): Item => ({
      instance: instanceId('proef', dossier),
      chain: 'proef',
      input: {
        kind: 'event',
        name: 'WoonstcontroleUitgevoerdV1',
        id,
        source: 's',
        payload: { dossier, resultaat: 'BEVESTIGD', pogingen },
      },
    });
    const run = runIn([[start('A'), start('B'), broken('A', 13, '1'), broken('A', 1, '2'), broken('B', 1, '3')]], now);
    expect(run.incidents.map((i) => i.split(' ').slice(1).join(' '))).toEqual([
      'Error: a bug in the definition false',
      'behind an open incident true',
    ]);
    expect([
      run.states.get(instanceId('proef', 'A'))?.toestand,
      run.states.get(instanceId('proef', 'B'))?.toestand,
    ]).toEqual(['Wachtend', 'Klaar']);
  });

  it('does nothing for a timer that is stale, or not yet due', () => {
    const begun = runIn([[start('A')]], now);
    const gen = begun.states.get(instanceId('proef', 'A'))!.timers['main/due']!.gen;
    const timer = (g: number): Item => ({ ...start('A'), input: { kind: 'timer', timer: 'main/due', gen: g } });
    const fire = (item: Item, at: number) =>
      applyBatch([definition], { states: begun.states, blocked: new Set() }, [item], at).states.size;
    const due = begun.states.get(instanceId('proef', 'A'))!.timers['main/due']!.dueAt;
    expect([fire(timer(gen), due - 1), fire(timer(gen + 1), due), fire(timer(gen), due)]).toEqual([0, 0, 1]);
  });
});
