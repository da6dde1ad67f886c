import { describe, expect, it } from '@jest/globals';
import { ev } from '@kruispunt/contracts';
import { dueAt, startOfDay } from '@kruispunt/term';
import { applyBatch } from './apply-batch.js';
import { chain } from './chain.js';
import type { ChainState } from './chain-state.js';
import { instanceId } from './correlation.js';
import { explainWait } from './explain-wait.js';
import { fold } from './fold.js';
import { glance } from './glance.js';
import { firstBroken, type HistoryRow } from './history.js';
import type { Input } from './input.js';
import type { Mandate, OpAct } from './op.js';
import { shadow } from './shadow.js';
import { transition } from './transition.js';
import { whatIf } from './what-if.js';

interface Vars {
  readonly dossier: string;
  readonly poging: number;
}
const build = (version: number, ended = 'Ingeschreven') =>
  chain('proef', { version, owner: 'OVO002949', events: ev })
    .state<Vars>({ dossier: (v) => v.dossier, gemeente: () => '24062' })
    .key('dossier', {
      of: (v) => [v.dossier],
      from: { AdreswijzigingAangegevenV1: (e) => [e.dossier], WoonstcontroleUitgevoerdV1: (e) => [e.dossier] },
      early: 'park',
      afterEnd: 'keep',
    })
    .start('AdreswijzigingAangegevenV1', { key: 'dossier', toestand: 'Aangegeven', to: ['controle'] }, (e) => ({
      vars: { dossier: e.dossier, poging: 1 },
      to: 'controle',
      acts: [{ act: 'open-task', task: 'nakijken', role: 'loket', reden: 'nieuw' }],
    }))
    .wait('controle', { toestand: 'ControleAangevraagd' }, (wait) =>
      wait
        .event('WoonstcontroleUitgevoerdV1', { to: ['ingeschreven'] }, (_, e) => {
          if (e.resultaat === 'NIET_AANGETROFFEN') throw new Error('geen adres');
          return { to: 'ingeschreven' };
        })
        .term('omv.openbaar-onderzoek', { from: () => '2026-04-01', remindBefore: [5], to: ['verstreken'] }, () => ({
          to: 'verstreken',
        })),
    )
    .wait('verstreken', { toestand: 'TermijnVerstreken' }, (wait) =>
      wait.event('WoonstcontroleUitgevoerdV1', { to: ['ingeschreven'] }, () => ({ to: 'ingeschreven' })),
    )
    .end('ingeschreven', { toestand: ended })
    .build();

const definition = build(1);
const now = startOfDay('2026-04-01');
const by: Mandate = { actor: 'operator', organisation: 'OVO002949', role: 'repair', reason: 'zoals afgesproken' };
const declared: Input = {
  kind: 'event',
  name: 'AdreswijzigingAangegevenV1',
  id: 'e-1',
  source: 's',
  payload: { dossier: 'VH-1' },
};
const report = (resultaat: string): Input => ({
  kind: 'event',
  name: 'WoonstcontroleUitgevoerdV1',
  id: `r-${resultaat}`,
  source: 's',
  payload: { dossier: 'VH-1', resultaat },
});

/** Takes inputs one after the other; what comes out is the last state, every row, and what was told. */
function take(inputs: readonly Input[], at = now) {
  let state: ChainState | undefined;
  const rows: HistoryRow[] = [];
  const told: string[] = [];
  for (const input of inputs) {
    const step = transition(definition, state, input, at);
    if (!step) throw new Error('nothing happened');
    state = step.state;
    for (const effect of step.effects) {
      if (effect.kind === 'history') rows.push(effect.row);
      if (effect.kind === 'publish') told.push(effect.publication.type);
    }
  }
  return { state: state!, rows, told, last: rows.at(-1)! };
}
let ids = 0;
const op = (act: OpAct): Input => ({ kind: 'op', id: `op-${++ids}`, by, act });

describe('an operator’s verb on an instance', () => {
  it('is a row of its history that tells who, in which role and why, and the state is the fold with it', () => {
    const { state, rows, last } = take([declared, op({ verb: 'move-token', token: 'main', to: 'verstreken' })]);
    expect(state).toMatchObject({
      toestand: 'TermijnVerstreken',
      tokens: { main: { node: 'verstreken' } },
      timers: {},
    });
    expect(last).toMatchObject({ verdict: 'applied', input: { kind: 'op', by } });
    expect([fold(definition, rows), firstBroken(rows)]).toEqual([state, undefined]);
  });

  it.each<[string, OpAct, string]>([
    ['a place that is not there', { verb: 'move-token', token: 'main', to: 'nergens' }, 'geen knoop nergens'],
    ['a token that is not there', { verb: 'move-token', token: 'zijtak', to: 'verstreken' }, 'geen token zijtak'],
    ['a second token of one name', { verb: 'add-token', token: 'main', to: 'verstreken' }, 'token main staat er al'],
    ['the end of main', { verb: 'cancel-branch', token: 'main' }, 'main eindigt alleen met de keten'],
    ['a task that is not there', { verb: 'reassign-task', task: 'x', role: 'college' }, 'geen open taak x'],
    [
      'an extension that the law does not know',
      { verb: 'extend-term', token: 'main', on: '2026-04-02', ground: 'x' },
      'niet verlengbaar',
    ],
    [
      'compensation of nothing',
      { verb: 'compensate', node: 'controle', events: [] },
      'niets gepubliceerd vanaf deze stap',
    ],
  ])('refuses %s, with the reason in the history', (_, act, reason) => {
    const { state, last } = take([declared, op(act)]);
    expect([last.verdict, last.reason]).toEqual(['ignored', reason]);
    expect(glance(state)).toEqual(glance(take([declared]).state));
  });

  it('leads past a step with an output of the operator’s own, as if the event had come', () => {
    const { state, told } = take([
      declared,
      op({ verb: 'resolve', token: 'main', to: 'ingeschreven', set: { poging: 2 }, uitkomst: 'BEVESTIGD' }),
    ]);
    expect([state.status, state.toestand, (state.vars as Vars).poging]).toEqual(['ENDED', 'Ingeschreven', 2]);
    expect(told).toContain(ev.KetenStapVoltooidV1.type);
  });

  it('adds a branch and cancels it, with its clock', () => {
    const added = take([declared, op({ verb: 'add-token', token: 'tweede', to: 'controle' })]).state;
    expect([Object.keys(added.tokens), Object.keys(added.terms)]).toEqual([
      ['main', 'tweede'],
      ['main', 'tweede'],
    ]);
    const { state } = take([
      declared,
      op({ verb: 'add-token', token: 'tweede', to: 'controle' }),
      op({ verb: 'cancel-branch', token: 'tweede' }),
    ]);
    expect([Object.keys(state.tokens), Object.keys(state.timers)]).toEqual([['main'], ['main/remind-1', 'main/due']]);
  });

  it('works on the legal clock as the law does, and by decree beyond it', () => {
    const on = '2026-04-02';
    const due = (acts: readonly OpAct[]) => glance(take([declared, ...acts.map(op)]).state).terms['main'];
    const main = { token: 'main', on, ground: 'noodbesluit' } as const;
    expect(due([])).toBe('omv.openbaar-onderzoek running 2026-04-30');
    expect(due([{ verb: 'suspend-term', ...main }])).toBe('omv.openbaar-onderzoek suspended');
    expect(
      due([
        { verb: 'suspend-term', ...main },
        { verb: 'resume-term', ...main, on: '2026-04-12' },
      ]),
    ).toBe('omv.openbaar-onderzoek running 2026-05-10');
    expect(due([{ verb: 're-anchor-term', ...main }])).toBe('omv.openbaar-onderzoek running 2026-05-01');
    expect(due([{ verb: 'interrupt-term', ...main, on: '2026-04-05' }])).toBe(
      'omv.openbaar-onderzoek running 2026-05-04',
    );
    expect(due([{ verb: 'extend-term', ...main, days: 30, decree: 'B-1' }])).toBe(
      'omv.openbaar-onderzoek running 2026-05-30',
    );
    const waived = take([declared, op({ verb: 'waive-term', ...main })]).state;
    expect([glance(waived).terms['main'], waived.timers]).toEqual(['omv.openbaar-onderzoek waived 2026-04-30', {}]);
  });

  it('begins again with the event it started from, and tells that what it published no longer holds', () => {
    const { state, rows } = take([
      declared,
      report('BEVESTIGD'),
      op({ verb: 'restart', payload: (declared as { payload: unknown }).payload }),
    ]);
    expect(glance(state)).toEqual(glance(take([declared]).state));
    expect(fold(definition, rows)).toEqual(state);
  });

  it('forks into a new instance that stands where the other stood, and names it', () => {
    const origin = take([declared]).state;
    const as = '00000000-0000-4000-8000-000000000001';
    const fork = op({ verb: 'fork', as, from: { instance: origin.id, seq: 1, head: origin.head }, state: origin });
    const { state, rows } = take([fork]);
    expect([state.id, glance(state), state.keys]).toEqual([as, glance(origin), origin.keys]);
    expect(Object.values(state.tasks)[0]?.id).not.toBe(Object.values(origin.tasks)[0]?.id);
    expect(fold(definition, rows)).toEqual(state);
    expect(take([fork, report('BEVESTIGD')]).state.toestand).toBe('Ingeschreven');
  });

  it('hands a task to another role, and notes without changing anything', () => {
    const { state } = take([declared, op({ verb: 'reassign-task', task: 'nakijken', role: 'college' })]);
    expect(glance(state).tasks).toEqual({ nakijken: 'college' });
    const noted = take([declared, op({ verb: 'annotate', about: { note: 'gebeld' } })]);
    expect([glance(noted.state), noted.last.verdict]).toEqual([glance(take([declared]).state), 'applied']);
  });

  it('is refused by an instance that has ended, but for what repairs an end', () => {
    const ended = [declared, report('BEVESTIGD')];
    expect(take([...ended, op({ verb: 'move-token', token: 'main', to: 'controle' })]).last.reason).toBe('afgesloten');
    expect(take([...ended, op({ verb: 'annotate' })]).last.verdict).toBe('applied');
  });

  it('passes an open incident, and when it fails blocks nothing', () => {
    const instance = instanceId('proef', 'VH-1');
    const known = { states: new Map([[instance, take([declared]).state]]), blocked: new Set([instance]) };
    const items = [report('BEVESTIGD'), op({ verb: 'annotate' })].map((input) => ({ instance, chain: 'proef', input }));
    const result = applyBatch([definition], known, items, now);
    expect(result.history.map((h) => h.row.input.kind)).toEqual(['op']);
    expect(result.incidents.map((i) => i.behind)).toEqual([true]);
  });

  it('holds what is paused behind the pause, in order, and lets verbs pass', () => {
    const instance = instanceId('proef', 'VH-1');
    const known = {
      states: new Map([[instance, take([declared]).state]]),
      blocked: new Set<string>(),
      holds: () => 'paused',
    };
    const items = [report('BEVESTIGD'), op({ verb: 'resume' })].map((input) => ({ instance, chain: 'proef', input }));
    const result = applyBatch([definition], known, items, now);
    expect(result.incidents.map((i) => [i.error, i.behind])).toEqual([['paused', true]]);
    expect(result.history.length).toBe(1);
  });
});

describe('looking without touching', () => {
  it('explains what is waited for, by which key, and until when', () => {
    const { state, rows } = take([declared]);
    expect(explainWait(definition, state, rows)).toMatchObject([
      {
        token: 'main',
        node: 'controle',
        events: [{ type: ev.WoonstcontroleUitgevoerdV1.type, keys: ['dossier'], lastSeenAt: undefined }],
        term: { rule: 'omv.openbaar-onderzoek', state: 'running', due: '2026-04-30' },
        wakesAt: startOfDay('2026-04-25'),
      },
    ]);
  });

  it('foresees what time alone would bring, and changes nothing', () => {
    const { state } = take([declared]);
    const before = structuredClone(state);
    const seen = whatIf(definition, state, dueAt('2026-04-30'));
    expect(seen.foreseen.map((f) => [f.signal, f.after.toestand])).toEqual([
      ['NADERT', 'ControleAangevraagd'],
      ['VERSTREKEN', 'TermijnVerstreken'],
    ]);
    expect(whatIf(definition, state, startOfDay('2026-04-20')).foreseen).toEqual([]);
    expect(state).toEqual(before);
  });

  it('takes a history through another version and tells the differences; the same version has none', () => {
    const { rows } = take([declared, op({ verb: 'annotate' }), report('BEVESTIGD')]);
    expect(shadow(definition, rows).differences).toEqual([]);
    expect(shadow(build(2, 'Geregistreerd'), rows).differences).toEqual([
      {
        seq: 3,
        at: now,
        input: 'WoonstcontroleUitgevoerdV1',
        what: 'toestand',
        was: 'Ingeschreven',
        would: 'Geregistreerd',
      },
    ]);
  });
});
