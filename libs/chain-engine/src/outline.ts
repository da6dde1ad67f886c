import type { ChainDefinition, ChainNode } from './definition.js';

/** A chain without its function bodies, as JSON: what is hashed, drawn, compared and shown. Bodies are guarded by a golden test of the source. */
export function outline(definition: Omit<ChainDefinition, 'hash'>): unknown {
  const { name, version, owner, start, onFailure, adopts } = definition;
  const { valid } = start;
  return {
    name,
    version,
    owner,
    adopts,
    keys: definition.keys.map((k) => ({
      name: k.name,
      events: Object.keys(k.from).sort(),
      early: k.early,
      afterEnd: k.afterEnd,
      holders: k.holders,
    })),
    start: {
      ...{ event: start.event, key: start.key, toestand: start.toestand, to: start.targets },
      valid: valid && { from: valid.from, until: valid.until },
    },
    always: edges(definition.always),
    nodes: Object.fromEntries(Object.entries(definition.nodes).map(([node, is]) => [node, nodeOutline(is)])),
    onFailure,
  };
}

function nodeOutline(node: ChainNode): unknown {
  switch (node.kind) {
    case 'step':
      return { kind: 'step', toestand: node.toestand, to: node.targets };
    case 'end':
      return { kind: 'end', toestand: node.toestand, reden: node.reden };
    case 'wait': {
      const { toestand, join, task, subchain, undo, onFailure } = node;
      const term = node.term && { rule: node.term.rule, remindBefore: node.term.remindBefore, to: node.term.targets };
      return {
        ...{ kind: 'wait', toestand, on: edges(node.on), term, task, subchain, undo, onFailure },
        forks: node.forks?.map(({ name, to, each }) => ({ name, to, each: each && true })),
        join: join && { when: join.when, to: join.targets },
      };
    }
    default:
      return node satisfies never;
  }
}

const edges = (handlers: Readonly<Record<string, { readonly targets: readonly string[] }>>): unknown =>
  Object.fromEntries(Object.entries(handlers).map(([event, { targets }]) => [event, targets]));
