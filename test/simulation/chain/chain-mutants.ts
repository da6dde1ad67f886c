import type { Mutant } from '../mutant.js';

const core = 'libs/chain-engine/src';
const rim = 'test/simulation/chain';
const mutant = (file: string, name: string, breaks: string, [find, replace]: readonly [string, string]): Mutant => ({
  simulator: 'chain',
  ...{ file, name, breaks, find, replace },
});

/** Tells what a batch would publish, without committing it. */
const tellUncommitted = `
    const ghost = Object.assign(Object.create(ChainDatabase.prototype), database, {
      ...{ states: new Map(database.states), blocked: new Set(database.blocked), histories: new Map(), timers: new Map() },
      ...{ tasks: new Map(), holders: new Map(), incidents: [], committed: [] },
    });
    const unheard = batch.filter((b) => !(database.histories.get(b.instance) ?? []).some((r) => r.input.id === b.input.id));
    this.told.push(...ghost.apply(ghost, [...unheard, ...due], this.clock.now).publications.map((p) => p.publication));`;

/** The faults that the chain simulator must find: the twelve of chain-engine.md §2.3, and some more. */
export const chainMutants: readonly Mutant[] = [
  mutant(`${rim}/chain-database.ts`, 'drop fence', 'an owner that was replaced still writes', [
    'if (owner.epoch !== held.epoch) throw new Fenced();\n    if (owner.next !== held.position) throw',
    'if (owner.next < 0) throw',
  ]),
  mutant(`${core}/apply-batch.ts`, 'drop revision check', 'a change does not say which revision it was made from', [
    'revBefore: known.states.get(instance)?.rev ?? 0 }',
    'revBefore: step.state.rev }',
  ]),
  mutant(`${rim}/chain-database.ts`, 'skip inbox', 'what comes twice is applied twice', [
    'const fresh = inbox.map((id, at) => !this.seen.has(id) && inbox.indexOf(id) === at);',
    'const fresh = inbox.map(() => true);',
  ]),
  mutant(`${rim}/integrator.ts`, 'publish first', 'what is told may never have been committed', [
    '    // Timers are looked up before the transaction: what has moved on meanwhile is told by their generation.\n    const due = this.due(claim);\n    yield;',
    `    const due = this.due(claim);${tellUncommitted}\n    yield;`,
  ]),
  mutant(`${core}/clockwork.ts`, 'keep timer', 'a timer outlives what it was set for', [
    'stop(token: string, node: string, met: boolean): void {\n    for (const [name, timer] of Object.entries(this.sheet.next.timers)) if (timer.token === token) this.clear(name);',
    'stop(token: string, node: string, met: boolean): void {',
  ]),
  mutant(`${core}/transition.ts`, 'ignore generation', 'a timer of an earlier visit fires in a later one', [
    'timer.gen !== input.gen || ',
    '',
  ]),
  mutant(`${core}/take.ts`, 'wrong join count', 'a join goes on one branch too late', [
    "done.length >= (join?.when === 'any' ? 1 : (join?.when ?? 0))",
    "done.length > (join?.when === 'any' ? 1 : (join?.when ?? 0))",
  ]),
  mutant(`${core}/scopes.ts`, 'lose undo', 'of two steps only the last can be undone', [
    'this.sheet.next.undo = [...this.steps(), step];',
    'this.sheet.next.undo = [step];',
  ]),
  mutant(`${rim}/integrator.ts`, 'stale epoch publish', 'an owner that was replaced tells what it could not commit', [
    'const result = database.transact(',
    `if (database.owners.get(claim.role).epoch !== claim.epoch) {${tellUncommitted}\n    }\n    const result = database.transact(`,
  ]),
  mutant(`${rim}/integrator.ts`, 'skip watermark gate', 'a term lapses over input that is still unread', [
    'const until = Math.min(position >= claim.mustRead ? claim.passed : -Infinity, this.clock.now);',
    'const until = this.clock.now;',
  ]),
  mutant(`${rim}/integrator.ts`, 'parked race', 'who adds a key does not look again for what was parked meanwhile', [
    'if (added.length > 0) yield* this.bring(added);',
    'void added;',
  ]),
  mutant(`${rim}/integrator.ts`, 'non-idempotent verb', 'an act of an operator that comes twice is done twice', [
    'const inbox = batch.map(({ instance, input }) => `${instance} ${input.id}`);',
    "const inbox = batch.map(({ instance, input }, at) => `${instance} ${input.id} ${input.kind === 'op' ? claim.position + at : ''}`);",
  ]),
  mutant(
    `${rim}/integrator.ts`,
    'leftovers ignored',
    'a new owner does not look for what the last one left between its commit and its second look',
    ['if (claim.swept) return;', 'if (claim.part >= 0) return;'],
  ),
  mutant(
    `${rim}/chain-database.ts`,
    'outbox forgotten',
    'what was committed and not told before a crash is never told',
    [
      'return { role, epoch: owner.epoch, position: owner.next, published: owner.pub };',
      'return { role, epoch: owner.epoch, position: owner.next, published: owner.pseq };',
    ],
  ),
  mutant(`${core}/sheet.ts`, 'numbers start again', 'two events of one instance have one id', [
    'const id = uuid5(String(++this.next.seq), instance);',
    'const id = uuid5(String(++this.next.seq % 7), instance);',
  ]),
  mutant(`${core}/apply-batch.ts`, 'first word counts', 'what a batch sets and sets again stays as it was set first', [
    'this.timers.set(`${instance}/${effect.name}`, { instance, name: effect.name, timer: effect.timer });',
    'if (!this.timers.has(`${instance}/${effect.name}`)) this.timers.set(`${instance}/${effect.name}`, { instance, name: effect.name, timer: effect.timer });',
  ]),
  mutant(
    `${core}/apply-batch.ts`,
    'stale state in a batch',
    'the second input of an instance in a batch does not see the first',
    [
      'const before = states.get(instance)?.state ?? known.states.get(instance);',
      'const before = known.states.get(instance) ?? states.get(instance)?.state;',
    ],
  ),
  mutant(`${core}/apply-batch.ts`, 'incident does not hold', 'what stands behind a failed input is applied', [
    "if (item.input.kind !== 'op') blocked.add(instance);\n      incidents.push({ item, error: describe(thrown), behind: false });",
    'incidents.push({ item, error: describe(thrown), behind: false });',
  ]),
  mutant(`${core}/draft.ts`, 'branch outlives its scope', 'branches stay behind when their scope goes on', [
    'for (const [branch] of this.scopes.branches(token)) this.removeToken(branch);',
    '',
  ]),
  mutant(`${core}/clockwork.ts`, 'clock by hours', 'a term ends an hour off on the days the clock changes', [
    "['due', { signal: 'VERSTREKEN', dueAt: dueAt(due) }]",
    "['due', { signal: 'VERSTREKEN', dueAt: startOfDay(term.anchor) + (Math.round((dueAt(due) - startOfDay(term.anchor)) / 86_400_000)) * 86_400_000 }]",
  ]),
];
