import assert from 'node:assert';
import { sha256, type ChainDefinition, type ChainNode, type Outcome } from '@kruispunt/chain-engine';
import { addDays, startOfDay, type TermRuleId } from '@kruispunt/term';
import type { Dice } from '../dice.js';
import { fact, type Play, type Scripted } from './play.js';

interface Vars {
  readonly dossier: string;
  readonly op: string;
  readonly elements: readonly string[];
  /** Steps that were done and not undone, the newest last: the chain keeps its own books, against which the engine is held. */
  readonly did: readonly string[];
  readonly rounds: number;
}
interface Payload {
  readonly dossier: string;
  readonly op?: string;
  readonly element?: string;
  readonly boom?: boolean;
}

const names = ['Begin', 'Voort', 'Advies', 'Stop', 'Uit'] as const;
const events = Object.fromEntries(
  names.map((name) => [name, { type: `proef.${name.toLowerCase()}.v1`, topic: 'proef', name }]),
) as unknown as ChainDefinition['events'];
const rules: readonly TermRuleId[] = ['verhuis.woonstcontrole', 'verhuis.kennisgeving', 'omv.volledigheid'];
const going = (v: Vars): readonly string[] => v.elements;

/** Publishes something and can be undone; the undo must be told of exactly what was done last. */
function* doing(name: string, next: string): Generator<readonly [string, ChainNode<Vars>]> {
  const act = (v: Vars, what: string) =>
    ({ act: 'publish', event: 'Uit', subject: v.dossier, data: { dossier: v.dossier, what } }) as const;
  yield [
    name,
    {
      kind: 'step',
      targets: [next, `${name}-undo`],
      run: (v) => ({ set: { did: [...v.did, name] }, acts: [act(v, name)], undo: `${name}-undo`, to: next }),
    },
  ];
  yield [
    `${name}-undo`,
    {
      kind: 'step',
      targets: [],
      run: (v, { undoing }) => {
        assert(
          undoing?.step === name && v.did.at(-1) === name && undoing.events.length === 1,
          `undid ${name} out of order`,
        );
        return { set: { did: v.did.slice(0, -1) }, acts: [act(v, `not ${name}`)], done: true };
      },
    },
  ];
}

/** Waits for an event or the end of a term; comes back to itself now and then. */
function waiting(dice: Dice, name: string, next: string): readonly [string, ChainNode<Vars>] {
  const loops = dice.oneIn(2);
  const rule = dice.oneIn(4) ? undefined : dice.pick(rules);
  const back = (v: Vars): Outcome<Vars> => ({ set: { rounds: v.rounds + 1 }, to: loops && v.rounds < 3 ? name : next });
  const run = (v: Vars, payload: unknown): Outcome<Vars> => {
    if ((payload as Payload).boom) throw new Error('a bug in the definition');
    return back(v);
  };
  const clause = rule && {
    rule,
    choose: () => rule,
    version: () => undefined,
    anchor: (v: Vars) => v.op,
    remindBefore: dice.oneIn(2) ? [3] : [],
    targets: [name, next],
    onLapse: back,
  };
  return [name, { kind: 'wait', on: { Voort: { targets: [name, next], run } }, ...(clause ? { term: clause } : {}) }];
}

/** A branch per element, and a join of all, any, or two of them. */
function* forking(dice: Dice, name: string, next: string): Generator<readonly [string, ChainNode<Vars>]> {
  const when = dice.pick(['all', 'any', 2] as const);
  const rule = dice.oneIn(2) ? undefined : dice.pick(rules);
  yield [
    name,
    {
      kind: 'wait',
      on: {},
      forks: [{ name: 'tak', to: `${name}-tak`, each: going }],
      join: {
        when,
        targets: [next],
        run: (v, { done, tokens }) => {
          const left = tokens.filter((t) => t.startsWith('tak:')).length;
          const enough = left === 0 || (when !== 'all' && done.length >= (when === 'any' ? 1 : when));
          assert(
            enough && done.length + left === v.elements.length,
            `joined with ${done.length} of ${v.elements.length}`,
          );
          return { to: next };
        },
      },
    },
  ];
  yield [
    `${name}-tak`,
    {
      kind: 'wait',
      on: {
        Advies: {
          targets: [],
          run: (_, payload, { element }) =>
            (payload as Payload).element === element ? { done: true } : { ignore: 'voor een ander' },
        },
      },
      ...(rule && {
        term: {
          rule,
          choose: () => rule,
          version: () => undefined,
          anchor: (v: Vars) => v.op,
          remindBefore: [],
          targets: [],
          onLapse: () => ({ done: true as const }),
        },
      }),
    },
  ];
}

function definitionOf(dice: Dice): ChainDefinition {
  const size = 2 + dice.below(4);
  const name = (n: number) => (n < size ? `n${n}` : 'einde');
  const nodes: Record<string, ChainNode<Vars>> = {
    einde: { kind: 'end', toestand: 'Klaar' },
    af: {
      kind: 'step',
      targets: ['gestopt'],
      run: (v) => {
        assert(v.did.length === 0, `${v.did.length} steps were not undone`);
        return { to: 'gestopt' };
      },
    },
    gestopt: { kind: 'end', toestand: 'Gestopt' },
  };
  for (let n = 0; n < size; n++) {
    const made = dice.pick([doing, doing, waiting, waiting, forking] as const);
    if (made === doing) for (const [key, node] of doing(name(n), name(n + 1))) nodes[key] = node;
    else if (made === forking) for (const [key, node] of forking(dice, name(n), name(n + 1))) nodes[key] = node;
    else nodes[name(n)] = waiting(dice, name(n), name(n + 1))[1];
  }
  const from = Object.fromEntries(names.map((one) => [one, (p: unknown) => [(p as Payload).dossier]]));
  const definition: Omit<ChainDefinition<Vars>, 'hash'> = {
    ...{ name: 'proef', version: 1, owner: 'OVO002949', events, nodes },
    dossierOf: (v) => v.dossier,
    gemeenteOf: () => '24062',
    keys: [{ name: 'dossier', of: (v) => [v.dossier], from, early: 'park', afterEnd: 'keep' }],
    start: {
      ...{ event: 'Begin', key: 'dossier', toestand: 'Begonnen', targets: [name(0)] },
      run: (p) => {
        const { dossier, op = '' } = p as Payload;
        return {
          vars: { dossier, op, elements: ['a', 'b', 'c'].slice(0, 1 + (dossier.length % 3)), did: [], rounds: 0 },
          to: name(0),
        };
      },
    },
    always: {
      Stop: { targets: ['af'], run: () => ({ compensate: { reden: 'GESTOPT', then: 'af' } }) },
    },
  };
  return { ...definition, hash: sha256(String(dice.next())) } as unknown as ChainDefinition;
}

/** A chain that nobody would write, and dossiers that it must carry nonetheless. */
export function randomPlay(dice: Dice): Play {
  const first = dice.pick(['2026-03-23', '2026-10-19', '2028-02-24']);
  const bugs = dice.oneIn(4);
  const script = ['x', 'xx', 'xxx', 'xxxx'].flatMap((dossier): readonly Scripted[] => {
    const day = dice.below(3);
    const begin = fact('Begin', `${dossier}-begin`, { dossier, op: addDays(first, day) });
    const then = Array.from({ length: dice.below(9) }, (_, n): Scripted => {
      const name = dice.pick(['Voort', 'Voort', 'Advies', 'Advies', 'Advies', ...(dice.oneIn(3) ? ['Stop'] : [])]);
      const payload = {
        dossier,
        element: dice.pick(['a', 'b', 'c']),
        ...(bugs && dice.oneIn(6) ? { boom: true } : {}),
      };
      return { day: dice.below(30), dossier, event: fact(name, `${dossier}-${n}`, payload) };
    });
    return [{ day, event: begin, dossier }, ...then];
  });
  const twice = script.flatMap((s) => (dice.oneIn(4) ? [s, s] : [s]));
  return { definitions: [definitionOf(dice)], script: twice, startAt: startOfDay(first), days: 55, bugs };
}
