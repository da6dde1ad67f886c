import type { Subscription } from '@kruispunt/delivery';
import type { ManageSubscriptions } from './manage-subscriptions.js';
import { probeEndpoint, type ProbeParts, type ProbeReport } from './probe-endpoint.js';

/** Probes endpoints; one that passes makes a new subscription active. */
export class Prober {
  constructor(
    private readonly parts: ProbeParts,
    private readonly manage: ManageSubscriptions,
  ) {}

  async probe(subscription: Subscription): Promise<ProbeReport & { readonly state: Subscription['state'] }> {
    const report = await probeEndpoint(this.parts, subscription);
    if (!report.ok || subscription.state !== 'new') return { ...report, state: subscription.state };
    const { state } = await this.manage.activate(subscription.id);
    return { ...report, state };
  }
}
