import { measureFlow, type FlowParts, type FlowView } from './measure-flow.js';

const freshMs = 1_000;

/** The flow as of at most a second ago: many screens, one measurement. */
export class Flow {
  private last: { readonly at: number; readonly view: Promise<FlowView> } | undefined;

  constructor(private readonly parts: FlowParts) {}

  measure(): Promise<FlowView> {
    const now = this.parts.clock.now();
    if (!this.last || now - this.last.at > freshMs) {
      const view = measureFlow(this.parts);
      this.last = { at: now, view };
      view.catch(() => (this.last = undefined));
    }
    return this.last.view;
  }
}
