import type { ChainDefinition, ChainNode, TermClause } from '@kruispunt/chain-engine';

/** One line of the picture between two nodes. */
interface Edge {
  readonly from: string;
  readonly to: string;
  readonly says: string;
}

/**
 * A chain as a Mermaid state diagram: a node per step, wait and end, an arrow per event, lapse and next step. Handlers that always
 * listen start at `overal`. What stays at its place is written in the node. The same definition always gives the same text.
 */
export function toMermaid(definition: ChainDefinition): string {
  const { start, nodes, always, onFailure } = definition;
  const edges: Edge[] = [
    ...start.targets.map((to) => ({ from: '[*]', to: id(to), says: eventName(start.event) })),
    ...Object.entries(nodes).flatMap(([name, node]) => edgesOf(name, node)),
    ...Object.entries(always).flatMap(([event, { targets }]) =>
      targets.map((to) => ({ from: 'overal', to: id(to), says: eventName(event) })),
    ),
    ...(onFailure === undefined ? [] : [{ from: 'overal', to: id(onFailure), says: 'mislukt' }]),
  ];
  const everywhere = [...Object.keys(always).map(eventName), ...(onFailure === undefined ? [] : ['mislukt'])];
  return [
    'stateDiagram-v2',
    `  %% ${definition.name} version ${definition.version}`,
    ...Object.entries(nodes).map(([name, node]) => `  state ${quoted(label(name, node))} as ${id(name)}`),
    ...(everywhere.length > 0 ? [`  state ${quoted(['overal', ...everywhere].join('\\n'))} as overal`] : []),
    ...edges.map(({ from, to, says }) => `  ${from} --> ${to}${says === '' ? '' : ` : ${says}`}`),
    '',
  ].join('\n');
}

function edgesOf(name: string, node: ChainNode): readonly Edge[] {
  const from = id(name);
  switch (node.kind) {
    case 'step':
      return node.targets.map((to) => ({ from, to: id(to), says: '' }));
    case 'end':
      return [{ from, to: '[*]', says: '' }];
    case 'wait':
      return [
        ...Object.entries(node.on).flatMap(([event, { targets }]) =>
          targets.map((to) => ({ from, to: id(to), says: eventName(event) })),
        ),
        ...(node.term?.targets ?? []).map((to) => ({ from, to: id(to), says: 'verstreken' })),
        ...(node.forks ?? []).map((f) => ({ from, to: id(f.to), says: f.each ? `per ${f.name}` : `tak ${f.name}` })),
        ...(node.join?.targets ?? []).map((to) => ({
          from,
          to: id(to),
          says: joined[String(node.join?.when)] ?? `${node.join?.when} klaar`,
        })),
        ...(node.undo ?? []).map((to) => ({ from, to: id(to), says: 'ongedaan maken' })),
        ...(node.onFailure === undefined ? [] : [{ from, to: id(node.onFailure), says: 'mislukt' }]),
      ];
    default:
      return node satisfies never;
  }
}

/** The name, the legal state, the term, and the events that move nothing. */
function label(name: string, node: ChainNode): string {
  if (node.kind !== 'wait') return node.toestand === undefined ? name : `${name}\\n${node.toestand}`;
  const staying = Object.entries(node.on).flatMap(([event, { targets }]) =>
    targets.length === 0 ? [eventName(event)] : [],
  );
  const lines = [name, node.toestand, node.task && `👤 ${node.task.role}`, node.subchain && `keten ${node.subchain}`];
  lines.push(node.term && termOf(node.term), ...staying);
  return lines.filter((line) => line !== undefined).join('\\n');
}

const joined: Readonly<Record<string, string>> = { all: 'alle klaar', any: 'eerste klaar' };

const termOf = ({ rule }: TermClause): string => `⏱ ${typeof rule === 'string' ? rule : rule.join(' | ')}`;

/** Event names without their version: `AanvraagIngediendV1` reads as `AanvraagIngediend`. */
const eventName = (event: string): string => event.replace(/V\d+$/, '');

/** Mermaid ids hold no dash; a few words are its own. */
const id = (node: string): string => `n_${node.replaceAll('-', '_')}`;

const quoted = (text: string): string => `"${text.replaceAll('"', "'")}"`;
