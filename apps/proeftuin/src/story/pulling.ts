import { pull } from '@kruispunt/sdk';
import type { Day } from './day.js';

/** A subscriber without an endpoint pulls what the others were sent. */
export const pullAll = (day: Day): Promise<void> =>
  day.expectations.check('a subscriber without an endpoint pulls the same events', async () => {
    const { stage, receivers } = day;
    const subscription = day.subscriptions.get('archief-adressen') ?? '';
    const ids = new Set<string>();
    const connection = {
      url: stage.system.url('delivery-gateway'),
      token: () => stage.token('archive'),
      signal: AbortSignal.timeout(15_000),
    };
    for await (const page of pull({ ...connection, subscription, waitS: 0 })) {
      for (const event of page.events) ids.add(event.id);
      if (page.complete) break;
    }
    const sent = receivers.maps.first().filter((r) => r.at >= day.startedAt && r.type.includes('.adres-'));
    const missing = sent.filter((r) => !ids.has(r.id));
    day.teller.say(`the archive pulls ${ids.size} events`);
    return {
      ok: sent.length > 0 && missing.length === 0,
      detail: `${ids.size} pulled, ${missing.length} of the ${sent.length} pushed ones missing`,
    };
  });
