import type { ChainDefinition, ChainNode } from './definition.js';

/** A chain without its function bodies, as JSON: what is hashed, drawn, compared and shown. Bodies are guarded by a golden test of the source. */
export function outline(definition: Omit<ChainDefinition, 'hash'>): unknown {
  const { name, version, owner, start } = definition;
  return {
    name,
    version,
    owner,
    keys: definition.keys.map((k) => ({
      name: k.name,
      events: Object.keys(k.from).sort(),
      early: k.early,
      afterEnd: k.afterEnd,
    })),
    start: { event: start.event, key: start.key, toestand: start.toestand, to: start.targets },
    always: edges(definition.always),
    nodes: Object.fromEntries(Object.entries(definition.nodes).map(([node, is]) => [node, nodeOutline(is)])),
  };
}

function nodeOutline(node: ChainNode): unknown {
  switch (node.kind) {
    case 'step':
      return { kind: 'step', toestand: node.toestand, to: node.targets };
    case 'end':
      return { kind: 'end', toestand: node.toestand, reden: node.reden };
    case 'wait': {
      const term = node.term && { rule: node.term.rule, remindBefore: node.term.remindBefore, to: node.term.targets };
      return { kind: 'wait', toestand: node.toestand, on: edges(node.on), term };
    }
    default:
      return node satisfies never;
  }
}

const edges = (handlers: Readonly<Record<string, { readonly targets: readonly string[] }>>): unknown =>
  Object.fromEntries(Object.entries(handlers).map(([event, { targets }]) => [event, targets]));
