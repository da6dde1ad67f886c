import type { ChainDefinition } from '@kruispunt/chain-engine';
import type { BpmnGraph, BpmnShape } from './bpmn/bpmn-graph.js';
import { drawChain } from './bpmn/draw-chain.js';
import { layOut, type Box, type Laid } from './bpmn/lay-out.js';

const namespaces = {
  bpmn: 'http://www.omg.org/spec/BPMN/20100524/MODEL',
  bpmndi: 'http://www.omg.org/spec/BPMN/20100524/DI',
  dc: 'http://www.omg.org/spec/DD/20100524/DC',
  di: 'http://www.omg.org/spec/DD/20100524/DI',
};

/** A chain as BPMN 2.0 XML with its layout: any BPMN tool opens it. The same definition always gives the same text. */
export function toBpmn(definition: ChainDefinition): string {
  const graph = drawChain(definition);
  const laid = layOut(graph);
  const name = definition.name.replaceAll(/[^A-Za-z0-9]/g, '_');
  const declared = Object.entries(namespaces).map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<bpmn:definitions ${declared.join(' ')} id="chain_${name}" targetNamespace="urn:kruispunt:keten">`,
    `  <bpmn:process id="${name}" name="${text(`${definition.name} version ${definition.version}`)}" isExecutable="false">`,
    ...content(graph, '    '),
    '  </bpmn:process>',
    `  <bpmndi:BPMNDiagram id="diagram_${name}">`,
    `    <bpmndi:BPMNPlane id="plane_${name}" bpmnElement="${name}">`,
    ...planes(graph, laid),
    '    </bpmndi:BPMNPlane>',
    '  </bpmndi:BPMNDiagram>',
    '</bpmn:definitions>',
    '',
  ].join('\n');
}

function content({ shapes, flows }: BpmnGraph, indent: string): readonly string[] {
  return [
    ...shapes.flatMap((shape) => element(shape, flows, indent)),
    ...flows.map(({ id, from, to, name }) => {
      const named = name === undefined ? '' : ` name="${text(name)}"`;
      return `${indent}<bpmn:sequenceFlow id="${id}"${named} sourceRef="${from}" targetRef="${to}" />`;
    }),
  ];
}

function element(shape: BpmnShape, flows: BpmnGraph['flows'], indent: string): readonly string[] {
  const { id, kind, name, trigger, at, beside, inner, each, byEvent, says } = shape;
  const attributes = [
    `id="${id}"`,
    ...(name === undefined ? [] : [`name="${text(name)}"`]),
    ...(at === undefined ? [] : [`attachedToRef="${at}"`, `cancelActivity="${beside !== true}"`]),
    ...(kind === 'startEvent' && beside === true ? ['isInterrupting="false"'] : []),
    ...(byEvent === true ? ['triggeredByEvent="true"'] : []),
  ];
  const deeper = `${indent}  `;
  const body = [
    ...(says === undefined || says === ''
      ? []
      : [`${deeper}<bpmn:documentation>blijft bij: ${text(says)}</bpmn:documentation>`]),
    ...flows.filter((f) => f.to === id).map((f) => `${deeper}<bpmn:incoming>${f.id}</bpmn:incoming>`),
    ...flows.filter((f) => f.from === id).map((f) => `${deeper}<bpmn:outgoing>${f.id}</bpmn:outgoing>`),
    ...(each === true ? [`${deeper}<bpmn:multiInstanceLoopCharacteristics />`] : []),
    ...(trigger === undefined ? [] : [`${deeper}<bpmn:${trigger}EventDefinition id="${id}_${trigger}" />`]),
    ...(inner ? content(inner, deeper) : []),
  ];
  return [`${indent}<bpmn:${kind} ${attributes.join(' ')}>`, ...body, `${indent}</bpmn:${kind}>`];
}

function planes(graph: BpmnGraph, laid: Laid): readonly string[] {
  return [
    ...graph.shapes.flatMap((shape) => [
      ...shapeOf(shape, laid.boxes.get(shape.id)),
      ...(shape.inner ? planes(shape.inner, laid) : []),
    ]),
    ...graph.flows.flatMap(({ id }) => [
      `      <bpmndi:BPMNEdge id="di_${id}" bpmnElement="${id}">`,
      ...(laid.ways.get(id) ?? []).map(([x, y]) => `        <di:waypoint x="${Math.round(x)}" y="${Math.round(y)}" />`),
      '      </bpmndi:BPMNEdge>',
    ]),
  ];
}

function shapeOf({ id, kind, inner }: BpmnShape, box: Box | undefined): readonly string[] {
  if (!box) return [];
  const { x, y, width, height } = box;
  const opened = inner ? ' isExpanded="true"' : kind === 'exclusiveGateway' ? ' isMarkerVisible="true"' : '';
  const bounds = `x="${Math.round(x)}" y="${Math.round(y)}" width="${Math.round(width)}" height="${Math.round(height)}"`;
  return [
    `      <bpmndi:BPMNShape id="di_${id}" bpmnElement="${id}"${opened}>`,
    `        <dc:Bounds ${bounds} />`,
    '      </bpmndi:BPMNShape>',
  ];
}

const text = (raw: string): string =>
  raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
