import assert from 'node:assert';
import {
  canonical,
  checkPlan,
  fold,
  planned,
  type ChainDefinition,
  type ChainState,
  type MigrationPlan,
  type OpAct,
} from '@kruispunt/chain-engine';
import type { EventType } from '@kruispunt/contracts';
import { addDays, addWorkingDays, civilDateAt, startOfDay, type CivilDate } from '@kruispunt/term';
import { Rehearsal } from './rehearsal.js';

const morningMs = 9 * 3_600_000;

/**
 * The stage for authors: `testChain(def).on('2026-04-20').given(ev.X, {…}).advance('30 days').expectState('Y')`. Pure and in
 * milliseconds; every event is checked against its schema, and every state against the fold of its history. A broken expectation
 * throws with what was so instead. Days are civil days of Brussels; an event arrives at nine in the morning.
 */
export const testChain = (definition: ChainDefinition, ...more: readonly ChainDefinition[]): ChainTest =>
  new ChainTest([definition, ...more]);

/** One played case. Looks at the first instance that started, or at the first of the dossier that `of` names. */
export class ChainTest {
  private stage: Rehearsal;
  private now = startOfDay('2026-01-05') + morningMs;
  private dossier: string | undefined;
  private seen = 0;

  constructor(private definitions: readonly ChainDefinition[]) {
    this.stage = new Rehearsal(definitions, this.now);
  }

  /** Moves to nine in the morning of a day, and lets every term come that lies before it. */
  on(day: CivilDate): this {
    const at = startOfDay(day) + morningMs;
    if (this.stage.states.size === 0) this.stage = new Rehearsal(this.definitions, at);
    else assert.ok(at >= this.now, `${day} has passed: it is ${civilDateAt(this.now)}`);
    return this.moveTo(at);
  }

  /** `30 days` or `5 working days` later, at the same hour. */
  advance(by: `${number} ${'day' | 'days' | 'working day' | 'working days'}`): this {
    const [count = '', ...unit] = by.split(' ');
    const today = civilDateAt(this.now);
    const days = Number(count);
    const day = unit[0] === 'working' ? addWorkingDays(today, days) : addDays(today, days);
    return this.moveTo(startOfDay(day) + (this.now - startOfDay(today)));
  }

  /** An event arrives. Optional fields may be left out, and so may the moment of registration. */
  given<P extends object>(type: EventType<P>, payload: Partial<P>): this {
    this.seen = this.stage.published.length;
    this.stage.give(type.name, this.checked(type, payload));
    return this;
  }

  /** The task is answered, in its own role. */
  answered(task: string, uitkomst: string): this {
    const [, open] = this.openTask(task);
    this.seen = this.stage.published.length;
    this.stage.advanceTo(this.now).give('TaakAfgehandeldV1', {
      ...{ procesId: this.state().id, taakId: open.id, taak: task, taakrol: open.role, uitkomst },
      ...{ afgehandeldOp: civilDateAt(this.now), besluitRef: null, tijdstipRegistratie: this.at },
    });
    return this;
  }

  /** A new version is there, and the instance goes on under it by this plan. */
  migrated(plan: MigrationPlan): this {
    this.definitions = [plan.to, ...this.definitions.filter((d) => d.hash !== plan.to.hash)];
    const state = this.state();
    assert.deepStrictEqual(checkPlan(plan), [], `plan ${plan.name} does not hold`);
    const answer = planned(plan, state, this.now);
    assert.ok(answer.kind === 'planned', `refused: ${answer.kind === 'refused' ? answer.because : ''}`);
    const act = { verb: 'migrate', plan: plan.name, from: state.definition, state: answer.state } as const;
    return this.placed(state, act);
  }

  /** The plan is taken back: the instance stands exactly as it stood before. */
  unmigrated(): this {
    const state = this.state();
    const rows = this.stage.histories.get(state.id) ?? [];
    const input = rows.at(-1)?.input;
    assert.ok(input?.kind === 'op' && input.act.verb === 'migrate', 'something happened since the plan');
    const before = fold(this.definitions, rows.slice(0, -1), input.act.from);
    assert.ok(before);
    return this.placed(state, { verb: 'unmigrate', plan: input.act.plan, from: state.definition, state: before });
  }

  /** Looks at the instance of this dossier from here on. */
  of(dossier: string): this {
    this.dossier = dossier;
    this.state();
    return this;
  }

  expectState(toestand: string): this {
    return this.same(this.state().toestand, toestand, 'the legal state');
  }

  /** Ended in a legal state, with nothing open. */
  expectEnded(toestand: string): this {
    this.same(this.state().status, 'ENDED', 'the status');
    return this.expectState(toestand);
  }

  /** Where its tokens stand. */
  expectAt(...nodes: readonly string[]): this {
    const stands = Object.values(this.state().tokens).map((t) => t.node);
    return this.same(stands.sort(), [...nodes].sort(), 'the places of its tokens');
  }

  /** Published since the last `given`, `answered` or `advance`, with at least these fields. */
  expectPublished<P extends object>(type: EventType<P>, fields: Partial<P> = {}): this {
    const told = this.stage.published.slice(this.seen).filter((p) => p.type === type.type);
    const fits = told.some(({ data }) =>
      Object.entries(fields).every(([name, value]) => canonical(data[name]) === canonical(value)),
    );
    const said = this.stage.published.slice(this.seen).map((p) => `${p.type} ${canonical(p.data)}`);
    assert.ok(fits, `expected ${type.type} ${canonical(fields)}; published was:\n  ${said.join('\n  ')}`);
    return this;
  }

  /** Not published since the last `given`, `answered` or `advance`. */
  expectNotPublished<P extends object>(type: EventType<P>): this {
    const told = this.stage.published.slice(this.seen).filter((p) => p.type === type.type);
    return this.same(told.length, 0, `the number of ${type.type}`);
  }

  expectTask(
    task: string,
    about: { readonly role?: string; readonly reden?: string; readonly dueOn?: CivilDate } = {},
  ): this {
    const [, open] = this.openTask(task);
    const asked = Object.keys(about) as (keyof typeof about)[];
    return this.same(Object.fromEntries(asked.map((a) => [a, open[a]])), { ...about }, `task ${task}`);
  }

  expectNoTask(): this {
    return this.same(Object.keys(this.state().tasks), [], 'its open tasks');
  }

  /** The next moment at which it wakes by itself falls on this day. */
  expectTimer(day: CivilDate): this {
    const due = Object.values(this.state().timers).map((t) => t.dueAt);
    return this.same(due.length === 0 ? undefined : civilDateAt(Math.min(...due)), day, 'the day of its next timer');
  }

  /** The variables, to look at what no expectation says. */
  vars(): unknown {
    return this.state().vars;
  }

  /** Every instance there is, in the order they started. */
  instances(): readonly ChainState[] {
    return [...this.stage.states.values()];
  }

  /** The id that an answer to this open task carries. */
  taskId(task: string): string {
    return this.openTask(task)[1].id;
  }

  private placed({ id }: ChainState, act: OpAct): this {
    this.seen = this.stage.published.length;
    const by = { actor: 'author', organisation: 'OVO002949', role: 'repair', reason: 'played by testChain' } as const;
    this.stage
      .carry(this.definitions)
      .operate(id, { kind: 'op', id: `op-${this.stage.histories.get(id)?.length}`, by, act });
    this.folds();
    return this;
  }

  private get at(): string {
    return new Date(this.now).toISOString();
  }

  private moveTo(at: number): this {
    this.seen = this.stage.published.length;
    this.stage.advanceTo(at);
    this.now = at;
    this.folds();
    return this;
  }

  private state(): ChainState {
    this.folds();
    const last = this.instances().find((s) => this.dossier === undefined || s.dossier === this.dossier);
    assert.ok(last, this.dossier === undefined ? 'nothing has started' : `no instance of dossier ${this.dossier}`);
    return last;
  }

  private openTask(task: string) {
    const found = Object.entries(this.state().tasks).find(([name]) => name === task || name.startsWith(`${task}@`));
    assert.ok(found, `no open task ${task}; open are: ${Object.keys(this.state().tasks).join(', ') || 'none'}`);
    return found;
  }

  private checked<P extends object>(type: EventType<P>, payload: Partial<P>): unknown {
    const verdict = type.codec.check({ tijdstipRegistratie: this.at, ...payload });
    assert.ok(verdict.ok, `${type.type} does not fit its schema: ${canonical(verdict)}`);
    return verdict.value;
  }

  /** An instance is the fold of its history, under its own definition. */
  private folds(): void {
    for (const [id, state] of this.stage.states) {
      const same = this.definitions.filter((d) => d.name === state.chain);
      assert.deepStrictEqual(plain(fold(same, this.stage.histories.get(id) ?? [], state.definition)), plain(state));
    }
  }

  private same(is: unknown, wanted: unknown, what: string): this {
    assert.deepStrictEqual(is, wanted, `${what}: expected ${canonical(wanted)}, and it is ${canonical(is)}`);
    return this;
  }
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null)) as unknown;
