import { civilDateAt, type Term } from '@kruispunt/term';
import type { Act, Context } from './act.js';
import type { ChainState, Task, Timer } from './chain-state.js';
import { Clockwork } from './clockwork.js';
import { keysOf } from './correlation.js';
import type { ChainDefinition, Outcome } from './definition.js';
import type { Effect } from './effect.js';
import { sealed } from './history.js';
import type { Input } from './input.js';
import { Sheet, without } from './sheet.js';
import { uuid5 } from './uuid5.js';

/**
 * An instance while one input works on it. Lives inside one call of `transition`: it writes on a copy, so the state it was made
 * from stays as it was, and gives the new state and the effects when it is closed.
 */
export class Draft {
  readonly sheet: Sheet;
  private readonly clockwork: Clockwork;

  constructor(
    private readonly definition: ChainDefinition,
    private readonly before: ChainState,
    input: Input,
    now: number,
  ) {
    this.sheet = new Sheet(before, input, now);
    this.clockwork = new Clockwork(this.sheet);
  }

  get vars(): unknown {
    return this.sheet.next.vars;
  }
  get ended(): boolean {
    return this.sheet.next.status === 'ENDED';
  }
  set toestand(toestand: string) {
    this.sheet.next.toestand = toestand;
  }
  tokens(): readonly (readonly [token: string, node: string])[] {
    return Object.entries(this.sheet.next.tokens).map(([token, { node }]) => [token, node] as const);
  }
  stands(token: string, node: string): boolean {
    return this.sheet.next.tokens[token]?.node === node;
  }
  nodeOf(token: string): string {
    return this.sheet.next.tokens[token]?.node ?? '';
  }
  assign(set: object): void {
    this.sheet.next.vars = { ...(this.sheet.next.vars as object), ...set };
  }

  context(token: string): Context {
    const { id, published, terms, tokens } = this.sheet.next;
    const { now } = this.sheet;
    return {
      instance: id,
      now,
      today: civilDateAt(now),
      published: (event) => published[event] ?? [],
      token,
      term: terms[token],
      tokens: Object.keys(tokens),
    };
  }

  started(): void {
    this.sheet.signal('gestart', { dossier: this.sheet.next.dossier });
  }

  stepDone(stap: string, uitkomst: string | undefined): void {
    this.sheet.signal('stap-voltooid', { stap, uitkomst: uitkomst ?? null });
  }

  /** Puts a token on a node. Answers the outcome of an immediate step; undefined when the token waits there or the chain has ended. */
  token(token: string, name: string): Outcome<unknown> | undefined {
    const node = this.definition.nodes[name];
    if (!node) throw new Error(`${this.definition.name} has no node ${name}`);
    const { next } = this.sheet;
    const stands = { node: name, gen: ++next.gen };
    next.tokens = { ...next.tokens, [token]: stands };
    if (node.toestand !== undefined) next.toestand = node.toestand;
    switch (node.kind) {
      case 'step':
        return node.run(next.vars, this.context(token));
      case 'end':
        this.end(node.reden);
        return undefined;
      case 'wait':
        if (node.term) this.clockwork.start(token, stands, node.term);
        return undefined;
      default:
        return node satisfies never;
    }
  }

  /** The term of a token as a handler changed it. */
  setTerm(token: string, term: Term): void {
    const at = this.sheet.next.tokens[token];
    const node = at && this.definition.nodes[at.node];
    if (!at || node?.kind !== 'wait' || !node.term) throw new Error(`${token} waits for no term`);
    this.clockwork.reset(token, at, { clause: node.term, term });
  }

  /** Takes the token off its node. `met`: what was awaited came. */
  leave(token: string, met: boolean): void {
    this.clockwork.stop(token, this.nodeOf(token), met);
  }

  removeToken(token: string): void {
    this.leave(token, false);
    this.sheet.next.tokens = without(this.sheet.next.tokens, token);
  }

  ring(name: string, timer: Timer): void {
    this.clockwork.ring(name, timer, this.nodeOf(timer.token));
  }

  perform(acts: readonly Act[], stap: string | null = null): void {
    for (const act of acts) {
      switch (act.act) {
        case 'publish':
          this.publish(act);
          break;
        case 'open-task':
          this.openTask(act, stap);
          break;
        case 'close-task':
          this.closeTask(act.task);
          break;
        case 'compensate':
          this.sheet.signal('gecompenseerd', { stap, reden: act.reden, ingetrokken: act.events });
          break;
        default:
          act satisfies never;
      }
    }
  }

  /** The new state and all effects, with one history row that tells this input. `ignored` says why it changed nothing. */
  close(ignored: string | undefined): { readonly state: ChainState; readonly effects: readonly Effect[] } {
    const { sheet, before } = this;
    const { next, effects, input, now } = sheet;
    next.dossier = this.definition.dossierOf(next.vars);
    next.gemeente = this.definition.gemeenteOf(next.vars);
    next.keys = keysOf(this.definition, next.vars, this.ended);
    for (const key of next.keys) if (!before.keys.includes(key)) effects.push({ kind: 'key-added', key });
    for (const key of before.keys) if (!next.keys.includes(key)) effects.push({ kind: 'key-removed', key });
    next.rev = before.rev + 1;
    const published = effects.flatMap((e) => (e.kind === 'publish' ? [e.publication] : []));
    const row = sealed({
      seq: next.rev,
      at: now,
      input,
      verdict: ignored === undefined ? 'applied' : 'ignored',
      ...(ignored === undefined ? {} : { reason: ignored }),
      from: nodesOf(before),
      to: nodesOf(next),
      toestand: next.toestand,
      published: published.map(({ id, type }) => ({ id, type })),
      prev: before.head,
    });
    next.head = row.hash;
    return { state: next, effects: [...effects, { kind: 'history', row }] };
  }

  private end(reden: string | undefined): void {
    for (const [token] of this.tokens()) this.leave(token, false);
    for (const name of Object.keys(this.sheet.next.tasks)) this.closeTask(name);
    this.sheet.next.status = 'ENDED';
    this.sheet.next.tokens = {};
    this.sheet.signal('afgesloten', { reden: reden ?? null });
  }

  private publish(act: Extract<Act, { act: 'publish' }>): void {
    const type = this.definition.events[act.event];
    if (!type) throw new Error(`${this.definition.name} publishes ${act.event}, which it does not name`);
    const { next, at } = this.sheet;
    const gemeente = act.gemeente === undefined ? next.gemeente : (act.gemeente ?? undefined);
    const data = { ...act.data, tijdstipRegistratie: at };
    const id = this.sheet.emit({ type: type.type, subject: act.subject, data, gemeente });
    next.published = { ...next.published, [act.event]: [...(next.published[act.event] ?? []), id] };
  }

  private openTask(act: Extract<Act, { act: 'open-task' }>, stap: string | null): void {
    const { next, now, effects } = this.sheet;
    const { task: name, role, reden, dueOn } = act;
    if (next.tasks[name]) return;
    const id = uuid5(`task/${name}/${next.gen}`, next.id);
    const task: Task = { id, role, reden, openedAt: now, ...(dueOn === undefined ? {} : { dueOn }) };
    next.tasks = { ...next.tasks, [name]: task };
    effects.push({ kind: 'task-opened', name, task });
    this.sheet.signal('geescaleerd', { stap, taakId: id, taakrol: role, reden, uitersteDatum: dueOn ?? null });
  }

  private closeTask(name: string): void {
    const task = this.sheet.next.tasks[name];
    if (!task) return;
    this.sheet.next.tasks = without(this.sheet.next.tasks, name);
    this.sheet.effects.push({ kind: 'task-closed', name, task });
  }
}

/** An instance at its first moment: no token yet, and nothing told. */
export function newborn(
  definition: ChainDefinition,
  birth: { readonly id: string; readonly vars: unknown; readonly now: number },
): ChainState {
  const { id, vars, now } = birth;
  return {
    id,
    chain: definition.name,
    version: definition.version,
    definition: definition.hash,
    status: 'OPEN',
    toestand: definition.start.toestand,
    dossier: definition.dossierOf(vars),
    gemeente: definition.gemeenteOf(vars),
    rev: 0,
    seq: 0,
    gen: 0,
    tokens: {},
    timers: {},
    terms: {},
    tasks: {},
    keys: [],
    published: {},
    vars,
    startedAt: now,
    updatedAt: now,
    head: '',
  };
}

const nodesOf = (state: Pick<ChainState, 'tokens'>): readonly string[] =>
  Object.values(state.tokens)
    .map((t) => t.node)
    .sort();
