// How long a publisher waits for its 202, and how long until the event stands at the subscriber: at an even rate, one event per request.
import { moveEvent, moveType, publisher } from './events.mjs';
import { client } from './http.mjs';
import { paced, spread } from './measure.mjs';
import { deliveryProtocol, startReceiver, startScript, subscribe } from './subscriber.mjs';

export const title = 'Latency, one event per request';
export const about = `Open loop: requests leave at an even rate whatever the answers do, and a request that could not leave in time counts from the moment it
should have. *accept*: from then to the 202. *end to end*: from then to the arrival at the receiver, a process of its own on the same machine,
so the accept is in it. Ours: publish-gateway and delivery-gateway as they are (schema, policy, signed receipt, event index; match, policy,
projection, signature, two audit lines per event about a person). Rival: the gateway by hand plus a consumer that POSTs each message on,
one process, none of that.`;

const now = () => performance.timeOrigin + performance.now();

async function measure({ url, headers, receiver }, perSecond, seconds) {
  const http = client(url, { connections: 64, headers });
  const accepted = [];
  const sentAt = new Map();
  let failed = 0;
  await receiver.forget();
  await paced(perSecond, seconds, async (_i, due) => {
    const event = moveEvent();
    sentAt.set(event.id, performance.timeOrigin + due);
    try {
      await http.post('/v1/events', JSON.stringify(event), { 'content-type': 'application/cloudevents+json' });
      accepted.push(now() - (performance.timeOrigin + due));
    } catch (error) {
      if ((failed += 1) === 1) console.error(`      refused: ${error.message}`);
      sentAt.delete(event.id);
    }
  });
  await receiver.received(sentAt.size, 60).catch(() => undefined);
  await http.close();
  const times = await receiver.ask('/times');
  const delivered = [...sentAt].flatMap(([id, at]) => (times[id] === undefined ? [] : [times[id] - at]));
  return { accept: spread(accepted), delivered: spread(delivered), failed, missing: sentAt.size - delivered.length };
}

const lost = (who, { failed, missing }) =>
  failed + missing > 0
    ? [`${who}: ${failed} requests refused or failed, ${missing} accepted events had not arrived 60 s after the last.`]
    : [];

export async function run(world, { quick, tell }) {
  const [rates, seconds] = quick ? [[100], 4] : [[200, 1_000], 12];
  const [receiver, rivalReceiver] = [await startReceiver(), await startReceiver()];
  await world.system.start('publish-gateway');
  await world.system.start('delivery-gateway');
  const rival = await startScript('gateway-rival.mjs', {
    BROKERS: world.brokers.join(','),
    TOPIC: await world.topic('latency', 6),
    RECEIVER: rivalReceiver.url,
  });
  const subscription = await subscribe(world, receiver, { type: moveType, protocol: deliveryProtocol(moveType) });
  const headers = { authorization: `Bearer ${await world.system.issuer.token(publisher)}` };
  const sides = {
    ours: { url: world.system.url('publish-gateway'), headers, receiver },
    rival: { url: rival.url, headers, receiver: rivalReceiver },
  };
  const [latencies, notes] = [[], []];
  try {
    for (const side of ['ours', 'rival']) await measure(sides[side], rates[0], 3);
    for (const rate of rates) {
      const found = {};
      for (const side of ['ours', 'rival']) {
        tell(`${rate}/s for ${seconds} s, ${side}`);
        found[side] = await measure(sides[side], rate, seconds);
        notes.push(...lost(`${rate}/s, ${side}`, found[side]));
      }
      const pair = (what, part) => ({
        at: `${rate}/s`,
        what,
        against: 'by hand',
        ours: found.ours[part],
        rival: found.rival[part],
      });
      latencies.push(pair('accept', 'accept'), pair('end to end', 'delivered'));
    }
    return {
      latencies,
      notes: [
        ...notes,
        'For orientation: the best published end-to-end figure of the class we know is p95 127 ms at 200 events/s (Convoy on Postgres, machine not stated).',
      ],
    };
  } finally {
    await subscription.end().catch(() => undefined);
    for (const part of [rival, receiver, rivalReceiver]) part.stop();
  }
}
