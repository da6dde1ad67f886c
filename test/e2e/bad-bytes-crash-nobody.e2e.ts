import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventTypes } from '@kruispunt/contracts';
import type { AppName } from '@kruispunt/embedded';
import type { LogRecord } from '@kruispunt/event';
import { civilDateAt } from '@kruispunt/term';
import { until } from '@kruispunt/testkit';
import { decision, freshKey, publish } from './events.js';
import { comesTo } from './moves.js';
import { subscribe, type Subscriber } from './subscribe.js';
import { municipality, openTestSystem, type Json, type TestSystem } from './system.js';

const apps: readonly AppName[] = [
  'publish-gateway',
  'delivery-gateway',
  'chain-integrator',
  'bevolking',
  'burgerlijkestand',
  'omgeving',
];
const openTypes = eventTypes.filter(({ klasse }) => klasse === 'OPEN');
/** The topics somebody here subscribes to: only there every payload is read. */
const read = new Set(openTypes.map(({ topic }) => topic));
/** Under these names each process keeps what it could not read; the chain integrator and the two gateways read more than once. */
const readers = ['bevolking', 'burgerlijkestand', 'chain', 'chain-intake', 'delivery', 'event-index', 'omgeving'];
const today = civilDateAt(Date.now());

/** What no gateway of ours lets in, but any Kafka client with rights could write. `sample` is a good record; `type` what is claimed. */
function garbage(
  sample: Pick<LogRecord, 'value' | 'headers'>,
  type: string,
): readonly Pick<LogRecord, 'value' | 'headers'>[] {
  const value = Buffer.from(sample.value!);
  const headers = { ...sample.headers, ce_type: type };
  const framed = (id: number, avro: Uint8Array) => {
    const head = Buffer.alloc(5);
    head.writeInt32BE(id, 1);
    return Buffer.concat([head, avro]);
  };
  const id = value.readInt32BE(1);
  const without = (name: string) => Object.fromEntries(Object.entries(headers).filter(([header]) => header !== name));
  return [
    { value: null, headers: {} },
    { value: null, headers },
    { value: Buffer.alloc(0), headers },
    { value: randomBytes(100), headers },
    { value: Buffer.alloc(20_000), headers: {} },
    { value: Buffer.from('{"niet":"avro"}'), headers },
    { value: framed(2_000_000_000, value.subarray(5)), headers },
    { value: framed(id, value.subarray(5, 9)), headers },
    { value: framed(id, Buffer.alloc(64, 0xff)), headers },
    { value, headers: {} },
    { value, headers: without('ce_id') },
    { value, headers: { ...headers, ce_type: 'be.vlaanderen.verzonnen.v1' } },
    { value, headers: { ...headers, ce_specversion: '9' } },
  ];
}

/** I13. */
describe('bytes that are no event', () => {
  let bench: TestSystem;
  let subscriber: Subscriber;
  let pids: readonly (number | undefined)[];
  /** `topic/partition@offset` of every bad record. */
  const bad = new Set<string>();
  beforeAll(async () => {
    bench = await openTestSystem({
      apps,
      alone: true,
      settings: {
        // All topics of the catalogue, and not only those of the other files.
        'delivery-gateway': { KP_DELIVERY_TOPICS: '' },
        bevolking: { KP_BEVOLKING_PSEUDONYM_KEY: randomBytes(32).toString('base64') },
      },
    });
    subscriber = await subscribe(bench, {
      types: openTypes.map(({ type }) => type),
    });
    pids = apps.map((app) => bench.system.pid(app));
    const [{ receipt } = { receipt: undefined }] = await publish(bench, [decision(freshKey('OMV'))]);
    const sample = (await bench.log.at(receipt!))!;
    const admin = await bench.log.driver().admin();
    const log = await bench.log.writer();
    const claims = [...eventTypes, { topic: 'be.vlaanderen.keten.in.v1', type: decision('').type }];
    for (const { topic, type } of claims) {
      const partitions = Array.from({ length: await admin.partitionsOf(topic) }, (_, partition) => partition);
      const records = partitions.flatMap((partition) =>
        garbage(sample, type).map((record): LogRecord => ({ ...record, topic, partition, key: 'rommel' })),
      );
      for (const { partition, offset } of await log.append(records)) bad.add(`${topic}/${partition}@${offset}`);
    }
    await admin.close();
  });
  afterAll(() => bench?.close());

  const asMunicipality = async (app: AppName, route: `${string} /${string}`, body?: Json): Promise<Json> => {
    const answer = await bench.ask(app, municipality, route, body);
    if (answer.status >= 300) throw new Error(`${route}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  it('stop no delivery and no index: what stands behind them in every partition arrives', async () => {
    const events = Array.from({ length: 60 }, () => decision(freshKey('OMV')));
    await publish(bench, events);
    await until('they are delivered', () => subscriber.receiver.has(events.map(({ id }) => id)), 60_000);
    await until('they are indexed', async () => {
      const [row] = await bench.database.query<{ n: number }>({
        name: 'e2e-index',
        text: 'select count(distinct event_id)::int as n from event_index where event_id = any($1)',
        values: [events.map(({ id }) => id)],
      });
      return row?.n === events.length;
    });
  });

  it('stop no chain and no service of a partner: a move is carried to its end', async () => {
    const dossiers: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      const declared = await asMunicipality('bevolking', 'POST /v1/aangiften', {
        pseudoniemen: [`p1.${randomUUID()}`],
        wijziging: 'ANDERE_GEMEENTE',
        aangiftedatum: today,
        betrekkingsdatum: today,
        nisOud: '11002',
        nisNieuw: '24062',
        adresRef: 'https://data.vlaanderen.be/id/adres/990000001',
      });
      dossiers.push(String(declared['dossier']));
    }
    for (const dossier of dossiers) {
      await until(
        `${dossier} is on the officer’s list`,
        async () => {
          const { woonstcontroles } = await asMunicipality('bevolking', 'GET /v1/woonstcontroles');
          return (woonstcontroles as readonly { dossier: string }[]).some((check) => check.dossier === dossier);
        },
        60_000,
      );
      await asMunicipality('bevolking', `POST /v1/woonstcontroles/${dossier}`, {
        resultaat: 'BEVESTIGD',
        controledatum: today,
      });
    }
    for (const dossier of dossiers) await comesTo(bench, dossier, 'Ingeschreven');
  });

  it('stop no register: a birth gets its number', async () => {
    const akteReferentie = freshKey('AKTE');
    await asMunicipality('burgerlijkestand', 'POST /v1/akten', {
      akteType: 'GEBOORTE',
      akteReferentie,
      gebeurtenisdatum: today,
      gemeenteNis: '24062',
      woonplaatsNis: '24062',
      betrokkenen: [
        { rol: 'KIND', subjectPseudoniem: null },
        { rol: 'OUDER', subjectPseudoniem: `p1.${randomUUID()}` },
      ],
    });
    await until(
      'the number comes',
      async () =>
        (await asMunicipality('burgerlijkestand', `GET /v1/akten/${akteReferentie}`))['kindPseudoniem'] !== null,
    );
  });

  interface SetApart {
    readonly consumer: string;
    readonly topic: string;
    readonly place: string;
    readonly reason: string;
  }
  const setApart = (): Promise<readonly SetApart[]> =>
    bench.database.query<SetApart>({
      name: 'e2e-quarantine',
      text: `select consumer, topic, topic || '/' || part || '@' || off as place, reason from quarantine`,
    });
  /** What nobody has set apart yet. Who has a type in mind passes over what does not claim to be of it; somebody keeps it. */
  const missing = (rows: readonly SetApart[]): readonly string[] => {
    const places = new Set(rows.map(({ place }) => place));
    return [...bad].filter((place) => read.has(place.split('/')[0]!) && !places.has(place));
  };

  it('are set apart with their reason, all of them and nothing else, by whoever reads that topic', async () => {
    await until('all are set apart', async () => missing(await setApart()).length === 0).catch(() => undefined);
    const rows = await setApart();
    expect(missing(rows)).toEqual([]);
    expect(rows.map(({ place }) => place).filter((place) => !bad.has(place))).toEqual([]);
    expect([...new Set(rows.map(({ consumer }) => consumer))].sort()).toEqual(readers);
    expect(rows.every(({ reason }) => reason !== '')).toBe(true);
  });

  it('crash nobody', () => {
    expect(apps.map((app) => bench.system.pid(app))).toEqual(pids);
  });
});
