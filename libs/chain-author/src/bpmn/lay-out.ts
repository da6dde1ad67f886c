import type { BpmnGraph, BpmnShape } from './bpmn-graph.js';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface Laid {
  readonly boxes: ReadonlyMap<string, Box>;
  readonly ways: ReadonlyMap<string, readonly (readonly [x: number, y: number])[]>;
  readonly width: number;
  readonly height: number;
}

const gapX = 70;
const gapY = 50;
const padding = 40;
const eventSize = 36;
const gatewaySize = 50;

/**
 * Places the shapes of a process in layers from left to right, what a sub-process holds inside it, what begins by its own event below.
 * Boundary events stand at the bottom of their host. The same graph is always laid out the same.
 */
export function layOut(graph: BpmnGraph, origin: { readonly x: number; readonly y: number } = { x: 0, y: 0 }): Laid {
  const boxes = new Map<string, Box>();
  const ways = new Map<string, readonly (readonly [number, number])[]>();
  const flowing = graph.shapes.filter((s) => s.kind !== 'boundaryEvent' && s.byEvent !== true);
  const layers = layersOf(graph, flowing);
  let x = origin.x + padding;
  let height = 0;
  for (const layer of layers) {
    const sizes = layer.map((shape) => ({ shape, ...sizeOf(shape) }));
    const width = Math.max(...sizes.map((s) => s.width));
    let y = origin.y + padding;
    for (const { shape, ...size } of sizes) {
      const box = { x: x + (width - size.width) / 2, y, ...size };
      put(shape, box, boxes, ways);
      y += size.height + gapY + (graph.shapes.some((s) => s.at === shape.id) ? eventSize : 0);
    }
    height = Math.max(height, y - origin.y - gapY);
    x += width + gapX;
  }
  let width = x - origin.x - gapX + padding;
  let y = origin.y + height + gapY + eventSize;
  for (const shape of graph.shapes.filter((s) => s.byEvent === true)) {
    const size = sizeOf(shape);
    put(shape, { x: origin.x + padding, y, ...size }, boxes, ways);
    y += size.height + gapY;
    width = Math.max(width, size.width + 2 * padding);
    height = y - origin.y - gapY;
  }
  placeBoundaries(graph, boxes);
  for (const { id, from, to } of graph.flows)
    ways.set(id, wayBetween(boxes.get(from), boxes.get(to), ofBoundary(graph, from)));
  return { boxes, ways, width, height: height + padding };
}

const ofBoundary = (graph: BpmnGraph, id: string): boolean =>
  graph.shapes.some((s) => s.id === id && s.kind === 'boundaryEvent');

function put(
  shape: BpmnShape,
  box: Box,
  boxes: Map<string, Box>,
  ways: Map<string, Laid['ways'] extends ReadonlyMap<string, infer W> ? W : never>,
): void {
  boxes.set(shape.id, box);
  if (!shape.inner) return;
  const inner = layOut(shape.inner, box);
  for (const [id, at] of inner.boxes) boxes.set(id, at);
  for (const [id, way] of inner.ways) ways.set(id, way);
}

function sizeOf(shape: BpmnShape): Pick<Box, 'width' | 'height'> {
  if (shape.inner) {
    const { width, height } = layOut(shape.inner);
    return { width: Math.max(width, 140), height: Math.max(height, 100) };
  }
  if (shape.kind.endsWith('Gateway')) return { width: gatewaySize, height: gatewaySize };
  if (shape.kind.endsWith('Event')) return { width: eventSize, height: eventSize };
  return { width: 140, height: 80 };
}

/** The layer of a shape is the longest way to it from the start; a way back counts for nothing. */
function layersOf(graph: BpmnGraph, shapes: readonly BpmnShape[]): readonly (readonly BpmnShape[])[] {
  const hostOf = new Map(graph.shapes.map((s) => [s.id, s.at ?? s.id]));
  const next = new Map<string, string[]>();
  for (const { from, to } of graph.flows) {
    const host = hostOf.get(from) ?? from;
    next.set(host, [...(next.get(host) ?? []), to]);
  }
  const depth = new Map<string, number>();
  const walking = new Set<string>();
  const order: string[] = [];
  const walk = (id: string): void => {
    if (walking.has(id) || order.includes(id)) return;
    walking.add(id);
    for (const to of next.get(id) ?? []) walk(to);
    order.push(id);
  };
  for (const { id } of shapes) walk(id);
  const sorted = order.toReversed();
  for (const id of sorted) {
    const at = depth.get(id) ?? 0;
    depth.set(id, at);
    for (const to of next.get(id) ?? [])
      if (sorted.indexOf(to) > sorted.indexOf(id)) depth.set(to, Math.max(depth.get(to) ?? 0, at + 1));
  }
  const deepest = Math.max(0, ...depth.values());
  const layers = Array.from({ length: deepest + 1 }, (_, at) => shapes.filter((s) => depth.get(s.id) === at));
  return layers.filter((layer) => layer.length > 0);
}

function placeBoundaries(graph: BpmnGraph, boxes: Map<string, Box>): void {
  const perHost = Map.groupBy(
    graph.shapes.filter((s) => s.kind === 'boundaryEvent'),
    (s) => s.at ?? '',
  );
  for (const [host, events] of perHost) {
    const box = boxes.get(host);
    if (!box) continue;
    for (const [n, { id }] of events.entries()) {
      const x = box.x + (box.width * (n + 1)) / (events.length + 1) - eventSize / 2;
      boxes.set(id, { x, y: box.y + box.height - eventSize / 2, width: eventSize, height: eventSize });
    }
  }
}

/** From the right of one to the left of the other, round the corner in the middle; from a boundary event downwards first. */
function wayBetween(from: Box | undefined, to: Box | undefined, down: boolean): readonly (readonly [number, number])[] {
  if (!from || !to) return [];
  const end = [to.x, to.y + to.height / 2] as const;
  if (down) {
    const x = from.x + from.width / 2;
    const y = from.y + from.height + gapY / 4;
    return [[x, from.y + from.height], [x, y], [to.x - gapX / 2, y], [to.x - gapX / 2, end[1]], end];
  }
  const begin = [from.x + from.width, from.y + from.height / 2] as const;
  const middle = to.x >= begin[0] ? end[0] - gapX / 2 : begin[0] + gapX / 4;
  return begin[1] === end[1] && to.x >= begin[0] ? [begin, end] : [begin, [middle, begin[1]], [middle, end[1]], end];
}
