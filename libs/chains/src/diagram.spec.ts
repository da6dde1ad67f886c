import { describe, expect, it } from '@jest/globals';
import { toBpmn, toMermaid } from '@kruispunt/chain-author';
import { bpmnComplaints } from '@kruispunt/testkit';
import { chains } from './chains.js';
import { geboorte } from './geboorte/v1.js';

const all = chains({ datarefBase: '/v1/personen' });

describe('a chain as a diagram', () => {
  it('draws each step, wait, term and end', () => {
    expect(toMermaid(geboorte({ datarefBase: '/v1/personen' })).split('\n')).toEqual([
      'stateDiagram-v2',
      '  %% geboorte version 1',
      '  state "akte" as n_akte',
      '  state "identificatie\\nWachtOpIdentificatie\\n⏱ geboorte.identificatie" as n_identificatie',
      '  state "geescaleerd" as n_geescaleerd',
      '  state "inschrijven" as n_inschrijven',
      '  state "ingeschreven\\nIngeschreven" as n_ingeschreven',
      '  [*] --> n_akte : AkteOndertekend',
      '  n_akte --> n_identificatie',
      '  n_akte --> n_inschrijven',
      '  n_identificatie --> n_inschrijven : IdentificatieToegekend',
      '  n_identificatie --> n_geescaleerd : verstreken',
      '  n_geescaleerd --> n_inschrijven : IdentificatieToegekend',
      '  n_inschrijven --> n_ingeschreven',
      '  n_ingeschreven --> [*]',
      '',
    ]);
  });

  it.each(all.map((d) => [d.name, d] as const))('draws no arrow of %s to a node that is not there', (_, definition) => {
    const lines = toMermaid(definition).split('\n');
    const declared = new Set(lines.flatMap((line) => / as (\w+)$/.exec(line)?.[1] ?? []));
    const used = lines.flatMap((line) => {
      const arrow = /^ {2}(\S+) --> (\S+)/.exec(line);
      return arrow ? [arrow[1] ?? '', arrow[2] ?? ''] : [];
    });
    expect(used.filter((node) => node !== '[*]' && !declared.has(node))).toEqual([]);
    expect([...declared].filter((node) => node !== 'overal' && !used.includes(node))).toEqual([]);
    expect(lines.filter((line) => line.includes('[*] -->')).length).toBe(definition.start.targets.length);
  });

  it.each(all.map((d) => [d.name, d] as const))('draws %s as BPMN that every reader takes', async (_, definition) => {
    expect(await bpmnComplaints(toBpmn(definition))).toEqual([]);
  });
});
