import type { ChainDefinition, ChainNode, Fork } from '@kruispunt/chain-engine';
import { BpmnDrawing, type BpmnGraph, type BpmnShape } from './bpmn-graph.js';

type Wait = Extract<ChainNode, { kind: 'wait' }>;
interface Trigger {
  readonly name: string;
  readonly trigger: 'message' | 'timer' | 'error';
  readonly targets: readonly string[];
}

/** A chain in the words of BPMN: waits are events, forks are sub-processes, what always listens or undoes is an event sub-process. */
export function drawChain(definition: ChainDefinition): BpmnGraph {
  const { start, always, onFailure } = definition;
  const beside = [
    ...Object.entries(always).map(([event, { targets }]) => besideOf('message', told(event), targets)),
    ...(onFailure === undefined ? [] : [besideOf('error', 'mislukt', [onFailure])]),
    ...undosOf(definition).map((node) => {
      const inner = new Region(definition, `undo_${node}_`).from('compensate', `ongedaan: ${node}`, [node]);
      return eventSub(`undo_${node}`, `ongedaan maken: ${node}`, inner);
    }),
  ];
  return new Region(definition, '').from('message', told(start.event), start.targets, beside);
}

const undosOf = ({ nodes }: ChainDefinition): readonly string[] => [
  ...new Set(Object.values(nodes).flatMap((n) => (n.kind === 'wait' ? (n.undo ?? []) : []))),
];

const told = (event: string): string => event.replace(/V\d+$/, '');
const plainId = (name: string): string => name.replaceAll(/[^A-Za-z0-9]/g, '_');
const eventSub = (id: string, name: string, inner: BpmnGraph): BpmnShape => ({
  ...{ id: `always_${plainId(id)}`, kind: 'subProcess', name, inner, byEvent: true },
});

/** What listens wherever the chain stands: it ends where the event leads, or goes on. */
function besideOf(trigger: 'message' | 'error', name: string, targets: readonly string[]): BpmnShape {
  const drawing = new BpmnDrawing(`always_${plainId(name)}_`);
  const begin = drawing.add({
    id: drawing.id('start'),
    kind: 'startEvent',
    name,
    trigger,
    beside: targets.length === 0,
  });
  for (const to of targets.length === 0 ? ['gaat verder'] : targets)
    drawing.link(begin, drawing.add({ id: drawing.id(`naar ${to}`), kind: 'endEvent', name: to }), to);
  return eventSub(name, `overal: ${name}`, drawing.graph());
}

/** The nodes that can be reached from one point: the whole procedure, one branch, or one undo. */
class Region {
  private readonly drawing: BpmnDrawing;
  private readonly entries = new Map<string, string>();

  constructor(
    private readonly definition: ChainDefinition,
    private readonly prefix: string,
  ) {
    this.drawing = new BpmnDrawing(plainId(prefix));
  }

  from(
    trigger: 'message' | 'compensate' | 'none',
    name: string,
    targets: readonly string[],
    beside: readonly BpmnShape[] = [],
  ): BpmnGraph {
    const kind = { id: this.drawing.id('start'), kind: 'startEvent', name } as const;
    const begin = this.drawing.add(trigger === 'none' ? kind : { ...kind, trigger });
    for (const to of targets) this.drawing.link(begin, this.entry(to), to);
    this.drawing.ended();
    for (const shape of beside) this.drawing.add(shape);
    return this.drawing.graph();
  }

  /** The shape at which a node begins; draws it, and all it leads to, the first time. */
  private entry(name: string): string {
    const known = this.entries.get(name);
    if (known !== undefined) return known;
    const id = this.drawing.id(name);
    this.entries.set(name, id);
    const node = this.definition.nodes[name];
    if (!node) return this.drawing.add({ id, kind: 'endEvent', name });
    switch (node.kind) {
      case 'end':
        return this.drawing.add({ id, kind: 'endEvent', name: `${name} (${node.toestand})` });
      case 'step':
        this.drawing.add({ id, kind: 'serviceTask', name });
        return this.leads(id, node.targets);
      case 'wait':
        return this.wait(id, name, node);
      default:
        return node satisfies never;
    }
  }

  private wait(id: string, name: string, node: Wait): string {
    const triggers = triggersOf(node, this.prefix !== '');
    if (node.forks) return this.fork(id, name, node, triggers);
    if (node.task ?? node.subchain) return this.asked(id, name, node, triggers);
    const says = stayingOf(node);
    const [only, second] = triggers;
    if (second === undefined) {
      const { name: what, trigger, targets } = only ?? { name: 'niets meer', trigger: 'message', targets: [] };
      this.drawing.add({ id, kind: 'intermediateCatchEvent', name: `${name}: ${what}`, trigger, says });
      return this.leads(id, targets);
    }
    this.drawing.add({ id, kind: 'eventBasedGateway', name, says });
    this.catches(id, name, triggers);
    return id;
  }

  private catches(gateway: string, name: string, triggers: readonly Trigger[]): void {
    for (const { name: what, trigger, targets } of triggers) {
      const id = this.drawing.id(`${gateway} ${what}`);
      this.drawing.add({ id, kind: 'intermediateCatchEvent', name: `${name}: ${what}`, trigger });
      this.drawing.link(gateway, id);
      this.leads(id, targets);
    }
  }

  /** A person or another chain answers; whatever else moves the token is at the edge. */
  private asked(id: string, name: string, node: Wait, triggers: readonly Trigger[]): string {
    const answer = node.task ? 'TaakAfgehandeld' : 'KetenAfgesloten';
    const says = stayingOf(node);
    if (node.task) this.drawing.add({ id, kind: 'userTask', name: `${name} (${node.task.role})`, says });
    else this.drawing.add({ id, kind: 'callActivity', name: `${name} (${node.subchain})`, says });
    const answered = triggers.find((t) => t.name === answer);
    this.leads(id, answered?.targets ?? []);
    for (const trigger of triggers) if (trigger !== answered) this.boundary(id, trigger);
    return id;
  }

  private fork(id: string, name: string, node: Wait, triggers: readonly Trigger[]): string {
    const inner = branches(this.definition, id, node.forks ?? []);
    this.drawing.add({ id, kind: 'subProcess', name, inner, says: stayingOf(node) });
    for (const trigger of triggers) this.boundary(id, trigger);
    if (node.onFailure !== undefined)
      this.boundary(id, { name: 'mislukt', trigger: 'error', targets: [node.onFailure] });
    const targets = node.join?.targets ?? [];
    const further = triggers.filter((t) => t.targets.length > 0 && !this.isBranch(t));
    if (targets.length > 0 || further.length === 0) return this.leads(id, targets);
    const after = this.drawing.id(`${name} verder`);
    if (further.length > 1) {
      this.drawing.add({ id: after, kind: 'eventBasedGateway', name: `${name}: alle takken klaar` });
      this.catches(after, name, further);
    } else for (const t of further) this.single(after, name, t);
    this.drawing.link(id, after);
    return id;
  }

  private single(id: string, name: string, { name: what, trigger, targets }: Trigger): void {
    this.drawing.add({ id, kind: 'intermediateCatchEvent', name: `${name}: ${what}`, trigger });
    this.leads(id, targets);
  }

  private boundary(at: string, trigger: Trigger): void {
    const id = this.drawing.id(`${at} rand ${trigger.name}`);
    const { name, targets } = trigger;
    this.drawing.add({ id, kind: 'boundaryEvent', name, trigger: trigger.trigger, at, beside: this.isBranch(trigger) });
    this.leads(id, targets);
  }

  /** A way that never comes to an end of the chain is a branch: it goes on beside what it began at. */
  private isBranch({ targets }: Trigger): boolean {
    return targets.length > 0 && !targets.some((to) => reachesEnd(this.definition, to));
  }

  private leads(id: string, targets: readonly string[]): string {
    for (const to of targets) this.drawing.link(id, this.entry(to), to);
    if (targets.length === 0)
      this.drawing.link(id, this.drawing.add({ id: `${id}_klaar`, kind: 'endEvent', name: 'klaar' }));
    return id;
  }
}

/** The branches of a fork beside each other, each in a sub-process of its own: once, or per element. */
function branches(definition: ChainDefinition, id: string, forks: readonly Fork[]): BpmnGraph {
  const drawings = forks.map(({ name, to, each }): BpmnGraph => {
    const inner = new Region(definition, `${id}_${name}_`).from('none', name, [to]);
    const sub = `${id}_${plainId(name)}`;
    const [begin, end] = [`${sub}_begin`, `${sub}_einde`];
    return {
      shapes: [
        { id: begin, kind: 'startEvent', name },
        { id: sub, kind: 'subProcess', name: each ? `per ${name}` : name, inner, each: each !== undefined },
        { id: end, kind: 'endEvent', name: `${name} klaar` },
      ],
      flows: [
        { id: `flow_${begin}`, from: begin, to: sub },
        { id: `flow_${end}`, from: sub, to: end },
      ],
    };
  });
  if (drawings.length < 2) return drawings[0] ?? { shapes: [], flows: [] };
  // One blank start leads to each branch at once: a sub-process has exactly one.
  const begin = `${id}_takken`;
  const subs = drawings.flatMap((d) => d.shapes.filter((s) => s.kind !== 'startEvent'));
  const flows = drawings.flatMap((d) => d.flows.filter((f) => !f.from.endsWith('_begin')));
  const split = { id: `${begin}_en`, kind: 'exclusiveGateway', name: 'elk' } as const;
  const each = subs.filter((s) => s.kind === 'subProcess');
  return {
    shapes: [{ id: begin, kind: 'startEvent', name: 'takken' }, split, ...subs],
    flows: [
      { id: `flow_${begin}`, from: begin, to: split.id },
      ...each.map((s) => ({ id: `flow_${begin}_${s.id}`, from: split.id, to: s.id })),
      ...flows,
    ],
  };
}

/** What moves the token; in a branch also what may end it. */
function triggersOf(node: Wait, branch: boolean): readonly Trigger[] {
  const moving = (targets: readonly string[]) => targets.length > 0 || branch;
  const events = Object.entries(node.on).flatMap(([event, { targets }]): Trigger[] =>
    moving(targets) ? [{ name: told(event), trigger: 'message', targets }] : [],
  );
  const { term } = node;
  if (!term) return events;
  const rule = [term.rule].flat().join(' of ');
  return moving(term.targets) ? [...events, { name: rule, trigger: 'timer', targets: term.targets }] : events;
}

const stayingOf = (node: Wait): string =>
  Object.entries(node.on)
    .flatMap(([event, { targets }]) => (targets.length === 0 ? [told(event)] : []))
    .join(', ');

function reachesEnd(definition: ChainDefinition, name: string, seen = new Set<string>()): boolean {
  if (seen.has(name)) return false;
  seen.add(name);
  const node = definition.nodes[name];
  if (!node) return false;
  if (node.kind === 'end') return true;
  const next =
    node.kind === 'step'
      ? node.targets
      : [
          ...Object.values(node.on).flatMap((h) => h.targets),
          ...(node.term?.targets ?? []),
          ...(node.join?.targets ?? []),
        ];
  return next.some((to) => reachesEnd(definition, to, seen));
}
