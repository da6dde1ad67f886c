// Pull: what a subscriber that reads page by page costs the gateway, against the Kafka client alone reading the same stretch.
import { decisionRecord, decisionType, moveRecord, moveType } from './events.mjs';
import { inTurns, measured, untilIdle } from './measure.mjs';
import { deliveryProtocol, subscribe } from './subscriber.mjs';

export const title = 'Pull';
export const about = `The real \`delivery-gateway\` process: pages of 500 over HTTP behind a signed cursor, each event matched, judged against policy now, projected,
and written in the audit trail before its page leaves. One subscriber asks, one page at a time; asking on acknowledges what came before. The
rival is the Kafka client that the gateway reads with, alone, over the same stretch: no decoding, policy, projection, audit or HTTP. CPU: the
gateway, and Postgres; for the rival this process.`;

const pageEvents = 500;

/** Pulls from a cursor until there is no more; the cursor behind it all. */
async function pullFrom(subscription, cursor) {
  let [events, after] = [0, cursor];
  for (let complete = false; !complete;) {
    const page = await subscription.call('GET', `/events?limit=${pageEvents}${after ? `&after=${after}` : ''}`);
    events += page.events.length;
    ({ next: after, complete } = page);
  }
  return { events, after };
}

const pulling = (world, subscription, cursor, total) => {
  const pids = [world.system.pid('delivery-gateway'), ...world.postgresPids];
  const work = async () => {
    const { events } = await pullFrom(subscription, cursor);
    if (events !== total) throw new Error(`${events} of ${total} events pulled`);
    return events;
  };
  return () => measured(work, { pids, self: false, after: () => untilIdle(pids) });
};

/** The stretch that the events were written to, read as bytes. */
async function reading(world, positions) {
  const reader = world.owns(await world.driver.reader());
  const stretches = new Map();
  for (const { topic, partition, offset } of positions) {
    const known = stretches.get(partition) ?? { topic, partition, from: offset, to: offset };
    stretches.set(partition, { ...known, from: Math.min(known.from, offset), to: Math.max(known.to, offset) });
  }
  const work = async () => {
    let read = 0;
    for (const { topic, partition, from, to } of stretches.values())
      for (let offset = from; offset <= to;) {
        const { entries, next } = await reader.read({ topic, partition, offset });
        read += entries.length;
        offset = next;
      }
    return read;
  };
  return () => measured(work);
}

export async function run(world, { quick, tell }) {
  const [total, rounds] = quick ? [10_000, 2] : [50_000, 5];
  await world.system.start('delivery-gateway');
  const kinds = [
    { what: 'an OPEN event', type: decisionType, record: decisionRecord },
    {
      what: 'an event about a person',
      type: moveType,
      record: moveRecord,
      protocol: deliveryProtocol(moveType),
    },
  ];
  const [rows, notes] = [[], ['Target of the design: ≥ 50 000 events/s per core of the gateway.']];
  for (const { what, type, record, protocol } of kinds) {
    const subscription = await subscribe(world, undefined, { type, protocol, channel: 'PULL' });
    const { after } = await pullFrom(subscription);
    const positions = await world.log.append(Array.from({ length: total }, () => record(world.schemaIds)));
    const sides = {
      ours: pulling(world, subscription, after, total),
      reading: await reading(world, positions),
    };
    const found = await inTurns(sides, { rounds, tell });
    rows.push({ what, against: 'the Kafka client alone', ours: found.ours, rival: found.reading });
    notes.push(`${what}: ${Math.round(1e6 / found.ours.cpuUs).toLocaleString('en-US')} events/s per core.`);
    await subscription.end();
  }
  return { unit: 'event', rows, notes };
}
