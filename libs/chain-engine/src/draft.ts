import { civilDateAt, type Term } from '@kruispunt/term';
import type { Act, Context } from './act.js';
import type { ChainState, Timer, Token } from './chain-state.js';
import { Clockwork } from './clockwork.js';
import { keysOf } from './correlation.js';
import { Deeds } from './deeds.js';
import type { ChainDefinition, Outcome, WaitNode } from './definition.js';
import type { Effect } from './effect.js';
import { sealed } from './history.js';
import type { Input } from './input.js';
import { Scopes } from './scopes.js';
import { Sheet } from './sheet.js';

/**
 * An instance while one input works on it. Lives inside one call of `transition`: it writes on a copy, so the state it was made
 * from stays as it was, and gives the new state and the effects when it is closed.
 */
export class Draft {
  readonly scopes: Scopes;
  readonly sheet: Sheet;
  private readonly clockwork: Clockwork;
  private readonly deeds: Deeds;

  constructor(
    private readonly definition: ChainDefinition,
    private readonly before: ChainState,
    input: Input,
    now: number,
  ) {
    this.sheet = new Sheet(before, input, now);
    this.clockwork = new Clockwork(this.sheet);
    this.scopes = new Scopes(this.sheet);
    this.deeds = new Deeds(definition, this.sheet, this.scopes);
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
  /** The wait at which a token stands. */
  waitOf(token: string): WaitNode | undefined {
    const node = this.definition.nodes[this.nodeOf(token)];
    return node?.kind === 'wait' ? node : undefined;
  }
  /** Where a failure leads that no scope takes. */
  get onFailure(): string | undefined {
    return this.definition.onFailure;
  }
  assign(set: object): void {
    this.sheet.next.vars = { ...(this.sheet.next.vars as object), ...set };
  }

  context(token: string): Context {
    const { id, published, terms, tokens } = this.sheet.next;
    const { now } = this.sheet;
    const { element, done = [], task, child } = tokens[token] ?? ({} as Partial<Token>);
    const undoing = this.scopes.undoing(token)?.now;
    return {
      instance: id,
      now,
      today: civilDateAt(now),
      published: (event) => published[event] ?? [],
      token,
      term: terms[token],
      tokens: Object.keys(tokens),
      ...{ element, done, task, child, undoing },
    };
  }

  started(): void {
    this.sheet.signal('gestart', { dossier: this.sheet.next.dossier });
  }

  stepDone(stap: string, uitkomst: string | undefined): void {
    this.sheet.signal('stap-voltooid', { stap, uitkomst: uitkomst ?? null });
  }

  compensated(about: { readonly stap: string; readonly reden: string; readonly ingetrokken: readonly string[] }): void {
    this.sheet.signal('gecompenseerd', about);
  }

  /** Puts a token on a node. Answers the outcome of an immediate step; undefined when the token waits there or the chain has ended. */
  token(token: string, name: string): Outcome<unknown> | undefined {
    const node = this.definition.nodes[name];
    if (!node) throw new Error(`${this.definition.name} has no node ${name}`);
    const { next } = this.sheet;
    const { parent, fork, element } = this.scopes.at(token) ?? ({} as Partial<Token>);
    const belongs =
      parent === undefined ? {} : { parent, ...(fork && { fork }), ...(element !== undefined && { element }) };
    const stands: Token = { node: name, gen: ++next.gen, ...belongs };
    next.tokens = { ...next.tokens, [token]: stands };
    if (node.toestand !== undefined) next.toestand = node.toestand;
    switch (node.kind) {
      case 'step':
        return node.run(next.vars, this.context(token));
      case 'end':
        this.end(node.reden);
        return undefined;
      case 'wait':
        if (node.enter) this.enter(token, node.enter(next.vars, this.context(token)));
        if (node.term) this.clockwork.start(token, stands, node.term);
        return undefined;
      default:
        return node satisfies never;
    }
  }

  /** The term of a token as a handler changed it. */
  setTerm(token: string, term: Term): void {
    const at = this.sheet.next.tokens[token];
    const clause = this.waitOf(token)?.term;
    if (!at || !clause) throw new Error(`${token} waits for no term`);
    this.clockwork.reset(token, at, { clause, term });
  }

  /** What becomes of the term of a token that stands where it stood under another version. */
  reclock(token: string, policy: 'keep' | 'restart' | 'drop'): void {
    if (policy === 'keep') return;
    this.clockwork.stop(token, this.nodeOf(token), false);
    const [at, term] = [this.scopes.at(token), this.waitOf(token)?.term];
    if (policy === 'restart' && at && term) this.clockwork.start(token, at, term);
  }

  /** Takes the token off its node, and with it the branches that began there. `met`: what was awaited came. */
  leave(token: string, met: boolean): void {
    for (const [branch] of this.scopes.branches(token)) this.removeToken(branch);
    this.clockwork.stop(token, this.nodeOf(token), met);
    this.deeds.closeTasksOf(token);
  }

  /** `done`: it did what it was for, and its join may count it. */
  removeToken(token: string, done = false): void {
    if (this.scopes.at(token) === undefined) return;
    this.leave(token, done);
    this.scopes.remove(token, done);
  }

  ring(name: string, timer: Timer): void {
    this.clockwork.ring(name, timer, this.nodeOf(timer.token));
  }

  /** Carries out the acts of one step, and remembers how it is undone. */
  perform(acts: readonly Act[], token: string, undo?: string): void {
    const seen = this.sheet.effects.length;
    const step = this.nodeOf(token);
    this.deeds.perform(acts, token);
    if (undo === undefined) return;
    const events = this.sheet.effects
      .slice(seen)
      .flatMap((e) => (e.kind === 'publish' && !this.isSignal(e.publication.type) ? [e.publication.id] : []));
    this.scopes.remember({ token, step, undo, events });
  }

  /** The new state and all effects, with one history row that tells this input. `ignored` says why it changed nothing. */
  close(ignored: string | undefined): { readonly state: ChainState; readonly effects: readonly Effect[] } {
    const { sheet, before } = this;
    const { next, effects, input, now } = sheet;
    next.dossier = this.definition.dossierOf(next.vars);
    next.gemeente = this.definition.gemeenteOf(next.vars);
    next.keys = keysOf(this.definition, next, this.ended);
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

  private enter(token: string, { set, acts = [], undo }: Pick<Outcome<unknown>, 'set' | 'acts' | 'undo'>): void {
    if (set) this.assign(set);
    this.perform(acts, token, undo);
  }

  private isSignal(type: string): boolean {
    return type.startsWith('be.vlaanderen.keten.');
  }

  private end(reden: string | undefined): void {
    for (const [token] of this.tokens()) this.leave(token, false);
    for (const name of Object.keys(this.sheet.next.tasks)) this.deeds.closeTask(name);
    this.sheet.next.status = 'ENDED';
    this.sheet.next.tokens = {};
    this.sheet.signal('afgesloten', { reden: reden ?? null });
  }
}

const nodesOf = (state: Pick<ChainState, 'tokens'>): readonly string[] =>
  Object.values(state.tokens)
    .map((t) => t.node)
    .sort();
