import { civilDateAt, dueDate, lapse, meet, remaining, termState, waive, type Term, type Verdict } from '@kruispunt/term';
import type { Act, Context } from './act.js';
import type { ChainState, Task, Timer } from './chain-state.js';
import { wind } from './clock-hand.js';
import { keysOf } from './correlation.js';
import type { ChainDefinition, Outcome } from './definition.js';
import type { Effect, Input, Publication } from './effect.js';
import { sealed } from './history.js';
import { signalType, type Signals } from './signals.js';
import { uuid5 } from './uuid5.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * An instance while one input works on it. Lives inside one call of `transition`: it copies what it changes, so the state it
 * was made from stays as it was, and gives the new state and the effects when it is closed.
 */
export class Draft {
  private readonly next: Writable<ChainState>;
  private readonly effects: Effect[] = [];
  private readonly from: readonly string[];

  constructor(
    private readonly definition: ChainDefinition,
    private readonly before: ChainState,
    private readonly input: Input,
    private readonly now: number,
  ) {
    this.next = { ...before, updatedAt: now };
    this.from = nodesOf(before);
  }

  /** An instance at its first moment: no token yet. */
  static born(definition: ChainDefinition, birth: { id: string; vars: unknown; input: Input; now: number }): Draft {
    const { id, vars, input, now } = birth;
    return new Draft(definition, {
      id, chain: definition.name, version: definition.version, definition: definition.hash,
      status: 'OPEN', toestand: definition.start.toestand, dossier: definition.dossierOf(vars), gemeente: definition.gemeenteOf(vars),
      rev: 0, seq: 0, gen: 0, tokens: {}, timers: {}, terms: {}, tasks: {}, keys: [], published: {},
      vars, startedAt: now, updatedAt: now, head: '',
    }, input, now);
  }

  get vars(): unknown { return this.next.vars; }
  get ended(): boolean { return this.next.status === 'ENDED'; }
  set toestand(toestand: string) { this.next.toestand = toestand; }
  tokens(): readonly (readonly [token: string, node: string])[] {
    return Object.entries(this.next.tokens).map(([token, { node }]) => [token, node] as const);
  }
  stands(token: string, node: string): boolean { return this.next.tokens[token]?.node === node; }
  nodeOf(token: string): string { return this.next.tokens[token]?.node ?? ''; }
  assign(set: object): void { this.next.vars = { ...(this.next.vars as object), ...set }; }

  context(): Context {
    const { published } = this.next;
    return { instance: this.next.id, now: this.now, today: civilDateAt(this.now), published: (event) => published[event] ?? [] };
  }

  started(): void {
    this.signal('gestart', { ...this.told(), dossier: this.next.dossier, oorzaakId: this.cause() ?? null });
  }

  stepDone(stap: string, uitkomst: string | undefined): void {
    this.signal('stap-voltooid', { ...this.told(), stap, uitkomst: uitkomst ?? null, oorzaakId: this.cause() ?? null });
  }

  /** Puts a token on a node. Answers the outcome of an immediate step; undefined when the token waits there or the chain has ended. */
  token(token: string, name: string): Outcome<unknown> | undefined {
    const node = this.definition.nodes[name];
    if (!node) throw new Error(`${this.definition.name} has no node ${name}`);
    const gen = ++this.next.gen;
    this.next.tokens = { ...this.next.tokens, [token]: { node: name, gen } };
    if (node.toestand !== undefined) this.next.toestand = node.toestand;
    switch (node.kind) {
      case 'step':
        return node.run(this.next.vars, this.context());
      case 'end':
        this.end(node.reden);
        return undefined;
      case 'wait': {
        if (!node.term) return undefined;
        const { term, wakes } = wind(node.term, this.next.vars);
        this.setTerm(token, name, term);
        for (const { name: wake, ...at } of wakes) this.setTimer(`${token}/${wake}`, { ...at, token, gen });
        return undefined;
      }
      default:
        return node satisfies never;
    }
  }

  /** Takes the token off its node: its timers stop and its term is closed, met when what was awaited came. */
  leave(token: string, met: boolean): void {
    for (const [name, timer] of Object.entries(this.next.timers)) if (timer.token === token) this.clearTimer(name);
    const term = this.next.terms[token];
    if (!term) return;
    const act = { on: civilDateAt(this.now), reason: met ? 'ontvangen' : 'niet meer nodig' };
    if (termState(term) === 'running' || termState(term) === 'suspended') this.endTerm(token, (met ? meet : waive)(term, act));
    const { [token]: _, ...others } = this.next.terms;
    this.next.terms = others;
  }

  removeToken(token: string): void {
    this.leave(token, false);
    const { [token]: _, ...others } = this.next.tokens;
    this.next.tokens = others;
  }

  /** Tells that a term is near or has lapsed. The timer is used up; a lapse closes the term. */
  signalTerm(name: string, timer: Timer): void {
    this.next.timers = without(this.next.timers, name);
    this.effects.push({ kind: 'timer-cleared', name });
    const term = this.next.terms[timer.token];
    const due = term && dueDate(term);
    if (!term || due === undefined) throw new Error(`${this.definition.name}: timer ${name} without a running term`);
    const today = civilDateAt(this.now);
    this.signal('termijn-gesignaleerd', {
      procesId: this.next.id, keten: this.next.chain, termijn: term.rule, regelversie: term.version,
      signaal: timer.signal, einddatum: due, resterendeDagen: remaining(term, today) ?? 0, tijdstipRegistratie: this.at(),
    });
    if (timer.signal === 'VERSTREKEN') this.endTerm(timer.token, lapse(term, { on: today, reason: 'termijn verstreken' }));
  }

  perform(acts: readonly Act[], stap?: string): void {
    for (const act of acts) {
      switch (act.act) {
        case 'publish': this.publish(act); break;
        case 'open-task': this.openTask(act, stap); break;
        case 'close-task': this.closeTask(act.task); break;
        case 'compensate':
          this.signal('gecompenseerd', {
            ...this.told(), stap: stap ?? null, reden: act.reden, ingetrokken: act.events, oorzaakId: this.cause() ?? null,
          });
          break;
        default: act satisfies never;
      }
    }
  }

  /** The new state and all effects, with one history row that tells this input. `ignored` says why it changed nothing. */
  close(ignored: string | undefined): { readonly state: ChainState; readonly effects: readonly Effect[] } {
    const { next, before } = this;
    next.dossier = this.definition.dossierOf(next.vars);
    next.gemeente = this.definition.gemeenteOf(next.vars);
    next.keys = keysOf(this.definition, next.vars, next.status === 'ENDED');
    for (const key of next.keys) if (!before.keys.includes(key)) this.effects.push({ kind: 'key-added', key });
    for (const key of before.keys) if (!next.keys.includes(key)) this.effects.push({ kind: 'key-removed', key });
    next.rev = before.rev + 1;
    const row = sealed({
      seq: next.rev, at: this.now, input: this.input, verdict: ignored === undefined ? 'applied' : 'ignored',
      ...(ignored === undefined ? {} : { reason: ignored }),
      from: this.from, to: nodesOf(next), toestand: next.toestand,
      published: this.effects.flatMap((e) => (e.kind === 'publish' ? [{ id: e.publication.id, type: e.publication.type }] : [])),
      prev: before.head,
    });
    next.head = row.hash;
    return { state: next, effects: [...this.effects, { kind: 'history', row }] };
  }

  private end(reden: string | undefined): void {
    for (const [token] of this.tokens()) this.leave(token, false);
    for (const name of Object.keys(this.next.tasks)) this.closeTask(name);
    this.next.status = 'ENDED';
    this.next.tokens = {};
    this.signal('afgesloten', { ...this.told(), reden: reden ?? null, oorzaakId: this.cause() ?? null });
  }

  private publish(act: Extract<Act, { act: 'publish' }>): void {
    const type = this.definition.events[act.event];
    if (!type) throw new Error(`${this.definition.name} publishes ${act.event}, which it does not name`);
    const data = { ...act.data, tijdstipRegistratie: this.at() };
    const id = this.emit({ type: type.type, subject: act.subject, data, gemeente: act.gemeente ?? this.next.gemeente });
    this.next.published = { ...this.next.published, [act.event]: [...(this.next.published[act.event] ?? []), id] };
  }

  private openTask(act: Extract<Act, { act: 'open-task' }>, stap: string | undefined): void {
    if (this.next.tasks[act.task]) return;
    const id = uuid5(`task/${act.task}/${this.next.gen}`, this.next.id);
    const task: Task = { id, role: act.role, reden: act.reden, openedAt: this.now, ...(act.dueOn === undefined ? {} : { dueOn: act.dueOn }) };
    this.next.tasks = { ...this.next.tasks, [act.task]: task };
    this.effects.push({ kind: 'task-opened', name: act.task, task });
    this.signal('geescaleerd', {
      ...this.told(), stap: stap ?? null, taakId: id, taakrol: act.role, reden: act.reden, uitersteDatum: act.dueOn ?? null,
      oorzaakId: this.cause() ?? null,
    });
  }

  private closeTask(name: string): void {
    const task = this.next.tasks[name];
    if (!task) return;
    this.next.tasks = without(this.next.tasks, name);
    this.effects.push({ kind: 'task-closed', name, task });
  }

  private setTerm(token: string, node: string, term: Term): void {
    this.next.terms = { ...this.next.terms, [token]: term };
    this.effects.push({ kind: 'term', token, node, term, state: termState(term) });
  }

  private endTerm(token: string, verdict: Verdict): void {
    if (verdict.kind === 'refused') throw verdict.because;
    this.setTerm(token, this.nodeOf(token), verdict.term);
  }

  private setTimer(name: string, timer: Timer): void {
    this.next.timers = { ...this.next.timers, [name]: timer };
    this.effects.push({ kind: 'timer-set', name, timer });
  }

  private clearTimer(name: string): void {
    this.next.timers = without(this.next.timers, name);
    this.effects.push({ kind: 'timer-cleared', name });
  }

  private signal<S extends keyof Signals>(signal: S, data: Signals[S]): void {
    const subject = `urn:kruispunt:keten:${this.next.id}`;
    this.emit({ type: signalType(signal), subject, data: data as unknown as Record<string, unknown>, gemeente: this.next.gemeente });
  }

  private emit(event: Pick<Publication, 'type' | 'subject' | 'data' | 'gemeente'>): string {
    const id = uuid5(String(++this.next.seq), this.next.id);
    this.effects.push({ kind: 'publish', publication: { ...event, id, dossier: this.next.dossier, causation: this.cause() } });
    return id;
  }

  /** What every signal tells of the instance. */
  private told() {
    const { id, chain, version, toestand } = this.next;
    return { procesId: id, keten: chain, versie: version, toestand, tijdstipRegistratie: this.at() };
  }

  private cause(): string | undefined { return this.input.kind === 'event' ? this.input.id : undefined; }
  private at(): string { return new Date(this.now).toISOString(); }
}

const nodesOf = (state: Pick<ChainState, 'tokens'>): readonly string[] => Object.values(state.tokens).map((t) => t.node).sort();

function without<T>(record: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  const { [name]: _, ...others } = record;
  return others;
}
