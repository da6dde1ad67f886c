// Who gets an event, with which fields: the gateway's own matching, policy and projection in memory, against decoding the record alone.
import { randomUUID } from 'node:crypto';
import { SystemClock } from '@kruispunt/clock';
import { fromEntry } from '@kruispunt/event';
import { writeCloudEvent } from '../../apps/delivery-gateway/dist/deliver/write-webhook.js';
import { Judge } from '../../apps/delivery-gateway/dist/match/judge.js';
import { Protocols } from '../../apps/delivery-gateway/dist/match/protocols.js';
import { Registrations } from '../../apps/delivery-gateway/dist/match/registrations.js';
import { Subscriptions } from '../../apps/delivery-gateway/dist/match/subscriptions.js';
import { decisionRecord, decisionType, moveRecord, moveType } from './events.mjs';
import { inTurns, measured } from './measure.mjs';
import { deliveryProtocol } from './subscriber.mjs';

export const title = 'Who gets an event: match and project';
export const about = `One core, no input and no output: each event looks for its subscriptions among 100, the one that it concerns is judged against policy as when
bytes leave, and its fields are projected. *Each elsewhere*: every subscription looks at a municipality of its own. *Each asked*: none names a
place, and each has a filter that must be asked. The limit beside it: decoding the same records (framing, schema, headers), which has to be
done whoever gets them.`;

const subscriptionsMax = 100;
const [organisation, hoedanigheid] = ['OVO999300', 'bench'];
const nobody = new Set();

const subscriptionOf = (i, { type, protocol }, more) => ({
  ...{ id: randomUUID(), name: `bench-${i}`, org: organisation, hoedanigheid, types: [type.type], rev: i + 1 },
  ...{ subjects: 'all', channel: 'WEBHOOK', orderPolicy: 'hold', inFlightMax: 16, state: 'active' },
  ...(protocol && { protocol: 'bench', protocolVersion: 1 }),
  ...more,
});

/** The hundred, of whom one is concerned by events of 24055. */
const shapes = {
  'each elsewhere': (i) => ({ nis: [i === 0 ? '24055' : String(11_001 + i)] }),
  'each asked': (i) => ({ filter: { field: 'kpgemeentenis', is: i === 0 ? '24055' : String(11_001 + i) } }),
};

async function judging(kind, shape) {
  const agreed = kind.protocol && {
    ...{ ...kind.protocol, id: 'bench', version: 1, parties: [{ organisation }], fetchFields: {} },
    ...{ validTo: null, withdrawn: false },
  };
  const source = {
    snapshot: async () => ({ revision: 1, protocols: agreed ? [agreed] : [] }),
    grant: async (revision) => revision === 1,
    leave: async () => undefined,
  };
  const protocols = new Protocols(source, { leaseMs: 3_600_000, elapsedMs: () => performance.now() });
  await protocols.refresh();
  const all = Array.from({ length: subscriptionsMax }, (_, i) => subscriptionOf(i, kind, shape(i)));
  const subscriptions = new Subscriptions({ changedSince: async (rev) => all.filter((s) => s.rev > rev) }, protocols);
  await subscriptions.refresh();
  const clock = new SystemClock();
  const registrations = new Registrations({ registered: async () => new Map() }, clock);
  const judge = new Judge(subscriptions, protocols, registrations, { any: () => false }, clock);
  return { subscriptions, judge };
}

/** As the live delivery does it: match when the event is handed out, policy and projection when its bytes would leave. */
async function matchAndProject({ subscriptions, judge }, events) {
  let left = 0;
  for (const typed of events) {
    const { event, type } = typed;
    for (const matcher of subscriptions.pushed().of(type.type, event, nobody)) {
      if (matcher.match(event, false).kind !== 'yes') continue;
      const verdict = await judge.judge(matcher.subscription, typed);
      if (verdict?.kind !== 'allowed') throw new Error(`not allowed: ${JSON.stringify(verdict)}`);
      left += writeCloudEvent(event, type, { fields: verdict.fields }).data === undefined ? 0 : 1;
    }
  }
  if (left !== events.length) throw new Error(`${left} of ${events.length} events left`);
  return left;
}

export async function run({ schemaIds }, { quick, tell }) {
  const [total, rounds] = quick ? [20_000, 2] : [100_000, 5];
  const kinds = [
    { what: 'an OPEN event', type: decisionType, record: decisionRecord },
    { what: 'an event about a person', type: moveType, record: moveRecord, protocol: deliveryProtocol(moveType) },
  ];
  const rows = [];
  for (const kind of kinds) {
    const entries = Array.from({ length: total }, (_, offset) => {
      const { key, ...record } = kind.record(schemaIds);
      return { ...record, key: Buffer.from(key), partition: 0, offset, timestamp: Date.now() };
    });
    const decode = () => entries.map((entry) => fromEntry(entry, schemaIds));
    const events = decode();
    const sides = { decoding: () => measured(async () => decode().length) };
    for (const [name, shape] of Object.entries(shapes)) {
      const parts = await judging(kind, shape);
      sides[name] = () => measured(() => matchAndProject(parts, events));
    }
    const found = await inTurns(sides, { rounds, tell });
    for (const name of Object.keys(shapes))
      rows.push({
        what: `${kind.what}, ${subscriptionsMax} subscriptions, ${name}`,
        against: 'decoding the record alone',
        ours: found[name],
        rival: found.decoding,
      });
  }
  return {
    unit: 'event',
    rows,
    notes: ['Target of the design: ≥ 150 000 events/s per core against 100 subscriptions.'],
  };
}
