import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { toBpmn, toMermaid } from '@kruispunt/chain-author';
import { outline } from '@kruispunt/chain-engine';
import { chains } from '@kruispunt/chains';
import { CliFailure, exits } from '../failure.js';
import { leaf, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';

interface DiagramOptions {
  readonly mermaid?: true;
  readonly bpmn?: true;
  readonly version?: number;
  readonly file?: string;
}

/** `kruispunt chain diagram`: a chain as a picture, from the definition itself; no server is asked. */
export function diagramCommand(chain: Command, tree: Tree): void {
  leaf<DiagramOptions>(chain, tree, {
    usage: 'diagram <chain>',
    about: { nl: 'tekent een keten, uit haar definitie', en: 'draws a chain, from its definition' },
    example: 'kruispunt chain diagram omgevingsvergunning --bpmn --file omgevingsvergunning.bpmn',
    options: [
      new Option('--mermaid', 'als Mermaid (zo staat het vanzelf) / as Mermaid (the default)').conflicts('bpmn'),
      new Option('--bpmn', 'als BPMN 2.0 met plaatsing / as BPMN 2.0 with layout'),
      new Option('--file <path>', 'schrijft naar dit bestand / writes to this file'),
    ],
    act: draw,
  });
}

function draw(shell: Shell, [name]: readonly string[], { bpmn, file }: DiagramOptions): void {
  const known = chains({ datarefBase: '/v1/personen' });
  const definition = known.find((d) => d.name === name);
  if (!definition)
    throw new CliFailure(
      exits.notFound,
      { nl: `geen keten ${name}`, en: `no chain ${name}` },
      { nl: known.map((d) => d.name).join(', '), en: known.map((d) => d.name).join(', ') },
    );
  const text = bpmn === true ? toBpmn(definition) : toMermaid(definition);
  const about = { chain: definition.name, version: definition.version, definition: definition.hash };
  if (file !== undefined) writeFileSync(file, text);
  const diagram = file === undefined ? { text } : { file };
  shell.show({
    data: { kind: 'ChainDiagram', apiVersion: 'kruispunt/v1', ...about, outline: outline(definition), ...diagram },
    lines: file === undefined ? text.trimEnd().split('\n') : [file],
  });
}
