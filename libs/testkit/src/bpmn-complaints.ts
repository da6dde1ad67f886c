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
  // Loaded one after the other: both need one module, and a loader that is still at it refuses the second.
  // @ts-expect-error -- it brings no types
  const { BpmnModdle } = (await import('bpmn-moddle')) as { BpmnModdle: new () => Tools };
  // @ts-expect-error -- it brings no types
  const { default: Linter } = (await import('bpmnlint/lib/linter.js')) as { default: new (of: object) => Tools };
  // @ts-expect-error -- it brings no types
  const { default: Resolver } = (await import('bpmnlint/lib/resolver/node-resolver.js')) as {
    default: new (of: object) => object;
  };
  const linter = new Linter({
    resolver: new Resolver({ require: createRequire(import.meta.url) }),
    config: { extends: 'bpmnlint:recommended' },
  });
  const { rootElement, warnings } = await new BpmnModdle().fromXML(xml);
  const reports = Object.entries(await linter.lint(rootElement));
  return [
    ...warnings.map((w) => `read: ${w.message}`),
    ...reports.flatMap(([rule, found]) => found.map((r) => `${r.category} ${rule}: ${r.id} ${r.message}`)),
  ];
}
