import { createRequire } from 'node:module';

interface Report {
  readonly id: string;
  readonly message: string;
  readonly category: string;
}
interface Tools {
  readonly fromXML: (
    xml: string,
  ) => Promise<{ readonly rootElement: object; readonly warnings: readonly { readonly message: string }[] }>;
  readonly lint: (root: object) => Promise<Readonly<Record<string, readonly Report[]>>>;
}

/** What independent readers have against a BPMN text: the model behind the common tools, and the linter with all rules it recommends. */
export async function bpmnComplaints(xml: string): Promise<readonly string[]> {
  const load = createRequire(import.meta.url);
  const { BpmnModdle } = (await import(String('bpmn-moddle'))) as { BpmnModdle: new () => Tools };
  const Linter = load('bpmnlint/lib/linter.js') as new (of: object) => Tools;
  const Resolver = load('bpmnlint/lib/resolver/node-resolver.js') as new (of: object) => object;
  const linter = new Linter({
    resolver: new Resolver({ require: load }),
    config: { extends: 'bpmnlint:recommended' },
  });
  const { rootElement, warnings } = await new BpmnModdle().fromXML(xml);
  const reports = Object.entries(await linter.lint(rootElement));
  return [
    ...warnings.map((w) => `read: ${w.message}`),
    ...reports.flatMap(([rule, found]) => found.map((r) => `${r.category} ${rule}: ${r.id} ${r.message}`)),
  ];
}
