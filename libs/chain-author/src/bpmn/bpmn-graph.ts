/** A process, or what is inside a sub-process: shapes and the flows between them. */
export interface BpmnGraph {
  readonly shapes: readonly BpmnShape[];
  readonly flows: readonly BpmnFlow[];
}

export type BpmnKind =
  | 'startEvent'
  | 'endEvent'
  | 'intermediateCatchEvent'
  | 'boundaryEvent'
  | 'serviceTask'
  | 'userTask'
  | 'callActivity'
  | 'subProcess'
  | 'exclusiveGateway'
  | 'eventBasedGateway';

export interface BpmnShape {
  readonly id: string;
  readonly kind: BpmnKind;
  readonly name?: string;
  readonly trigger?: 'message' | 'timer' | 'error' | 'compensate';
  /** A boundary event: at which shape, and whether it goes on beside it. */
  readonly at?: string;
  readonly beside?: boolean;
  /** A sub-process: what is in it, once or per element; begun by its own event or by the flow. */
  readonly inner?: BpmnGraph;
  readonly each?: boolean;
  readonly byEvent?: boolean;
  readonly says?: string;
}

export interface BpmnFlow {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly name?: string;
}

/** Gathers shapes and flows; a shape with several ways in gets a gateway before it, one with several ways out a gateway behind it. */
export class BpmnDrawing {
  private readonly shapes: BpmnShape[] = [];
  private readonly links: { readonly from: string; readonly to: string; readonly name?: string }[] = [];

  constructor(private readonly prefix: string) {}

  id(name: string): string {
    return `${this.prefix}${name.replaceAll(/[^A-Za-z0-9]/g, '_')}`;
  }

  add(shape: BpmnShape): string {
    this.shapes.push(shape);
    return shape.id;
  }

  link(from: string, to: string, name?: string): void {
    if (!this.links.some((l) => l.from === from && l.to === to))
      this.links.push({ from, to, ...(name !== undefined && { name }) });
  }

  /** What has no end of its own ends where it last waited: an author says `done` there. */
  ended(): void {
    const last = this.shapes.findLast((s) => s.kind.endsWith('CatchEvent') || s.kind.endsWith('Task'));
    if (last && !this.shapes.some((s) => s.kind === 'endEvent'))
      this.link(last.id, this.add({ id: `${last.id}_klaar`, kind: 'endEvent', name: 'klaar' }), 'klaar');
  }

  graph(): BpmnGraph {
    const shapes = [...this.shapes];
    const ways = this.links.map((l) => ({ ...l }));
    for (const shape of this.shapes) {
      const into = ways.filter((w) => w.to === shape.id);
      if (into.length > 1) {
        shapes.push({ id: `in_${shape.id}`, kind: 'exclusiveGateway' });
        for (const way of into) way.to = `in_${shape.id}`;
        ways.push({ from: `in_${shape.id}`, to: shape.id });
      }
      const out = ways.filter((w) => w.from === shape.id);
      if (out.length > 1 && shape.kind !== 'eventBasedGateway') {
        shapes.push({ id: `out_${shape.id}`, kind: 'exclusiveGateway', name: `${shape.name ?? ''}?` });
        for (const way of out) way.from = `out_${shape.id}`;
        ways.push({ from: shape.id, to: `out_${shape.id}` });
      }
    }
    return { shapes, flows: ways.map(named) };
  }
}

/** A flow tells something only where one of several is taken. */
function named({ from, to, name }: { readonly from: string; readonly to: string; readonly name?: string }): BpmnFlow {
  const flow = { id: `flow_${from}_${to}`, from, to };
  return name !== undefined && from.startsWith('out_') ? { ...flow, name } : flow;
}
