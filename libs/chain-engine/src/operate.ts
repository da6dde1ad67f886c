import type { ChainState } from './chain-state.js';
import type { ChainDefinition } from './definition.js';
import { Draft } from './draft.js';
import { placed } from './migrate.js';
import type { OpAct, OpInput, TermAct } from './op.js';
import { operateTerm } from './operate-term.js';
import { settle, take } from './take.js';
import { uuid5 } from './uuid5.js';

/**
 * One decision of an operator on one instance. What the instance cannot take is stored as ignored with its reason in Dutch and changes
 * nothing. undefined when there is no instance: then there is no history to keep it in.
 */
export function operate(
  definition: ChainDefinition,
  state: ChainState | undefined,
  input: OpInput,
  now: number,
): Operated | undefined {
  if (!state) return input.act.verb === 'fork' ? forked(definition, input, now) : undefined;
  const { act } = input;
  if (act.verb === 'migrate' || act.verb === 'unmigrate') return placed(state, { ...input, act }, now);
  const draft = new Draft(definition, state, input, now);
  return closed(draft, refusalOf(definition, state, input.act) ?? perform(definition, draft, input.act));
}

type Operated = ReturnType<Draft['close']> & { readonly verdict: 'applied' | 'ignored' };

function closed(draft: Draft, ignored: string | undefined): Operated {
  if (ignored === undefined) settle(draft);
  return { ...draft.close(ignored), verdict: ignored === undefined ? 'applied' : 'ignored' };
}

const alwaysTaken = new Set(['annotate', 'restart', 'compensate', 'retry', 'discard', 'edit', 'recorrelate']);

/** Why this instance cannot take this act, in Dutch; undefined when it can. */
function refusalOf(definition: ChainDefinition, state: ChainState, act: OpAct): string | undefined {
  if (act.verb === 'fork') return 'bestaat al';
  if (state.status === 'ENDED' && !alwaysTaken.has(act.verb) && !isNote(act)) return 'afgesloten';
  if ('to' in act && act.to !== undefined && !Object.hasOwn(definition.nodes, act.to)) return `geen knoop ${act.to}`;
  if (!('token' in act)) return undefined;
  const stands = Object.hasOwn(state.tokens, act.token);
  if (act.verb === 'add-token') return stands ? `token ${act.token} staat er al` : undefined;
  if (!stands) return `geen token ${act.token}`;
  return act.verb === 'cancel-branch' && act.token === 'main' ? 'main eindigt alleen met de keten' : undefined;
}

const isNote = ({ verb }: OpAct): boolean => verb === 'pause' || verb === 'resume' || verb === 'republish';

function perform(definition: ChainDefinition, draft: Draft, act: OpAct): string | undefined {
  switch (act.verb) {
    case 'resolve': {
      const { verb: _, token, ...outcome } = act;
      take(draft, token, outcome, 'event');
      return undefined;
    }
    case 'move-token':
      take(draft, act.token, { to: act.to }, 'lapse');
      return undefined;
    case 'add-token': {
      const first = draft.token(act.token, act.to);
      if (first) take(draft, act.token, first, 'step');
      return undefined;
    }
    case 'cancel-branch':
      draft.removeToken(act.token);
      return undefined;
    case 'restart':
      restart(definition, draft, act.payload);
      return undefined;
    case 'compensate':
      return undo(draft, act);
    case 'reassign-task':
      return reassign(draft, act);
    case 'fork':
    case 'retry':
    case 'discard':
    case 'recorrelate':
    case 'annotate':
    case 'pause':
    case 'resume':
    case 'republish':
    case 'edit':
    case 'migrate':
    case 'unmigrate':
      return undefined;
    default:
      return operateTerm(draft, act satisfies TermAct);
  }
}

/** Begins again with the event it started from. What it published before no longer holds, and that is told. */
function restart(definition: ChainDefinition, draft: Draft, payload: unknown): void {
  const { next } = draft.sheet;
  for (const [token] of draft.tokens()) draft.removeToken(token);
  const before = Object.values(next.published).flat();
  const closing = Object.keys(next.tasks).map((task) => ({ act: 'close-task', task }) as const);
  const told = before.length > 0 ? [{ act: 'compensate', reden: 'HERSTART', events: before } as const] : [];
  draft.perform([...closing, ...told], 'main');
  delete next.undo;
  next.status = 'OPEN';
  next.published = {};
  next.toestand = definition.start.toestand;
  const { vars, to, acts = [] } = definition.start.run(payload, draft.context('main'));
  next.vars = vars;
  draft.perform(acts, 'main');
  const first = draft.token('main', to);
  if (first) take(draft, 'main', first, 'step');
}

function undo(draft: Draft, { node, events, then }: Extract<OpAct, { verb: 'compensate' }>): string | undefined {
  if (then !== undefined) {
    if (draft.ended) return 'afgesloten';
    if (!draft.scopes.canUndo(node)) return `niets ongedaan te maken vanaf ${node}`;
    take(draft, 'main', { compensate: { reden: 'BEDIENING', since: node, then } }, 'always');
    return undefined;
  }
  if (events.length === 0) return 'niets gepubliceerd vanaf deze stap';
  draft.compensated({ stap: node, reden: 'BEDIENING', ingetrokken: events });
  return undefined;
}

function reassign(
  { sheet }: Draft,
  { task: name, role }: { readonly task: string; readonly role: string },
): string | undefined {
  const task = sheet.next.tasks[name];
  if (!task) return `geen open taak ${name}`;
  const moved = { ...task, role };
  sheet.next.tasks = { ...sheet.next.tasks, [name]: moved };
  sheet.effects.push({ kind: 'task-opened', name, task: moved });
  sheet.signal('geescaleerd', {
    stap: null,
    taakId: task.id,
    taakrol: role,
    reden: task.reden,
    uitersteDatum: task.dueOn ?? null,
  });
  return undefined;
}

/** A new instance where another stood: its tokens, terms and tasks become its own, and its first row names where it came from. */
function forked(definition: ChainDefinition, input: OpInput, now: number): Operated | undefined {
  if (input.act.verb !== 'fork') return undefined;
  const { state, as: id } = input.act;
  const tasks = Object.fromEntries(
    Object.entries(state.tasks).map(([name, task]) => [name, { ...task, id: uuid5(`task/${name}/${task.id}`, id) }]),
  );
  const before: ChainState = { ...state, tasks, id, rev: 0, seq: 0, head: '', keys: [], startedAt: now };
  const draft = new Draft(definition, before, input, now);
  const { effects } = draft.sheet;
  draft.started();
  for (const [name, timer] of Object.entries(state.timers)) effects.push({ kind: 'timer-set', name, timer });
  for (const [name, task] of Object.entries(tasks)) effects.push({ kind: 'task-opened', name, task });
  for (const [token, term] of Object.entries(state.terms))
    effects.push({ kind: 'term', token, node: draft.nodeOf(token), term, state: 'running' });
  return closed(draft, undefined);
}
