import type { Subscription } from '@kruispunt/delivery';
import { effectiveView, type EffectiveParts } from './effective-view.js';

/** What the server applies to a subscription, now. */
export class EffectiveSubscriptions {
  constructor(private readonly parts: EffectiveParts) {}

  view(subscription: Subscription): Promise<Readonly<Record<string, unknown>>> {
    return effectiveView(this.parts, subscription);
  }
}
