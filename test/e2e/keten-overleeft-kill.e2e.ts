import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { firstBroken, fold, instanceId } from '@kruispunt/chain-engine';
import { chains } from '@kruispunt/chains';
import { SeededRandom } from '@kruispunt/clock';
import { complete, ev, eventTypes, type EventType, topics } from '@kruispunt/contracts';
import { startSystem, type RunningSystem } from '@kruispunt/embedded';
import { toRecord, type LogRecord } from '@kruispunt/event';
import { KafkaEventLog, platformaticDriver, type LogEntry } from '@kruispunt/kafka';
import { migrate, openDatabase, PostgresChainView, PostgresPartitionStore, type Database } from '@kruispunt/postgres';
import { ConfluentRegistry } from '@kruispunt/registry';
import { freshDatabase, freshName, serviceUrl, until } from '@kruispunt/testkit';

/** A night asks for 32 000 (npm run nightly). */
const moves = Number(process.env['KP_CHAOS_INSTANCES'] ?? 300);
const rounds = Math.max(6, Math.round(moves / 60));
/** Longer than a session: the group gives the partitions to the other process, and the one that wakes up knows nothing of it. */
const beyondSessionMs = 12_000;
const app = 'chain-integrator';

/** I3 on two real processes: killed without warning, or stopped until the other has taken over, they lose nothing and do nothing twice. */
describe('chain integrators that are killed and stopped in the middle of their work', () => {
  const random = new SeededRandom(20_261_124);
  const driver = platformaticDriver({ brokers: [serviceUrl('KAFKA_BROKERS')], clientId: 'kill-e2e' });
  let folder: string;
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  const systems: RunningSystem[] = [];
  let database: Database;
  let log: KafkaEventLog;
  /** Where the log ended before: what comes later is ours to look at. */
  const ends = new Map<string, number>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keten-'));
    fresh = await freshDatabase();
    log = await KafkaEventLog.open(driver);
    const admin = await driver.admin();
    await admin.ensureTopics(topics);
    await skipPast(fresh.url);
    for (const { topic } of eventTypes)
      for (const { partition, next } of await admin.offsets(topic)) ends.set(`${topic}/${partition}`, next);
    await admin.close();
    const group = freshName('kill');
    const options = {
      apps: [app],
      own: {
        KAFKA_BROKERS: serviceUrl('KAFKA_BROKERS'),
        DATABASE_URL: fresh.url,
        SCHEMA_REGISTRY_URL: serviceUrl('SCHEMA_REGISTRY_URL'),
      },
      settings: { [app]: { KP_CHAIN_GROUP: group } },
    } as const;
    for (const name of ['one', 'other']) systems.push(await startSystem({ ...options, folder: join(folder, name) }));
    database = openDatabase(fresh.url, { sessionsMax: 2 });
  }, 180_000);
  afterAll(async () => {
    await log?.close();
    await database?.close();
    await Promise.all(systems.map((system) => system.stop()));
    await fresh?.drop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it(
    'ends every move once, with each thing it published known by one id',
    async () => {
      const run = randomUUID().slice(0, 8);
      const dossiers = Array.from({ length: moves }, (_, n) => `VH-${run}-${n}`);
      const ids = await ConfluentRegistry.connect(serviceUrl('SCHEMA_REGISTRY_URL')).schemaIds(eventTypes);
      const event = <P>(type: EventType<P>, dossier: string, id: string, data: object): LogRecord =>
        toRecord<P>(
          {
            specversion: '1.0',
            id,
            source: `urn:be:kbo:0999990024:systeem:${run}`,
            type: type.type,
            subject: `urn:kruispunt:dossier:${dossier}`,
            time: new Date().toISOString(),
            data: complete(type, { tijdstipRegistratie: new Date().toISOString(), dossier, ...data } as never),
          },
          type,
          ids,
        );
      const today = new Date().toISOString().slice(0, 10);
      const declared = (dossier: string) =>
        event(ev.AdreswijzigingAangegevenV1, dossier, `d-${dossier}`, {
          subjectPseudoniemen: [`p1.${dossier.toLowerCase()}`],
          wijziging: 'ANDERE_GEMEENTE',
          aangiftedatum: today,
          nisOud: '24055',
          nisNieuw: '24062',
        });
      const reported = (dossier: string, n: number, resultaat: string) =>
        event(ev.WoonstcontroleUitgevoerdV1, dossier, `r-${dossier}-${n}`, {
          resultaat,
          controledatum: today,
          pogingen: n,
          verslagRef: `verslag-${n}`,
          politiezone: 'PZ-24062',
        });

      // Moves come in all the time, some of their events twice; every now and then the process is gone.
      const work = (async () => {
        for (const [n, dossier] of dossiers.entries()) {
          const story = [
            declared(dossier),
            reported(dossier, 1, 'NIET_AANGETROFFEN'),
            reported(dossier, 2, n % 3 === 0 ? 'NIET_BEVESTIGD' : 'BEVESTIGD'),
          ];
          for (const record of story) await log.append(random.next() < 0.3 ? [record, record] : [record]);
          if (n % 10 === 0) await sleep(40);
        }
      })();
      for (let round = 0; round < rounds; round += 1) {
        await sleep(100 + random.next() * 250);
        const system = systems[Math.floor(random.next() * 2)]!;
        if (round % 3 === 1) {
          system.signal(app, 'SIGSTOP');
          await sleep(round % 12 === 1 ? beyondSessionMs : random.next() * 1_500);
          system.signal(app, 'SIGCONT');
        } else {
          await system.kill(app);
          await system.start(app);
        }
      }
      await work;
      const ended = async () => {
        const [row] = await database.query<{ n: number }>({
          name: 'ended',
          text: `select count(*) as n from chain_instance where status = 'ENDED' and dossier like $1`,
          values: [`VH-${run}-%`],
        });
        return row?.n === moves;
      };
      await until('every move has ended', ended, 90_000 + moves * 20);

      const view = new PostgresChainView(database);
      const [definition] = chains({ datarefBase: '/v1/personen' });
      const published = new Map<string, string>();
      for (const [n, dossier] of dossiers.entries()) {
        const id = instanceId('verhuis', dossier);
        const [state, rows] = [await view.find(id), await view.history(id)];
        expect([dossier, state?.toestand, firstBroken(rows)]).toEqual([
          dossier,
          n % 3 === 0 ? 'Afgewezen' : 'Ingeschreven',
          undefined,
        ]);
        expect(fold(definition!, rows.slice(0, state?.rev))).toEqual(state);
        const inputs = rows.map((r) => (r.input.kind === 'timer' ? r.input.timer : r.input.id));
        expect([dossier, new Set(inputs).size]).toEqual([dossier, inputs.length]);
        expect(inputs).toEqual(expect.arrayContaining([`d-${dossier}`, `r-${dossier}-1`, `r-${dossier}-2`]));
        for (const p of rows.flatMap((r) => r.published)) published.set(p.id, p.type);
      }

      // What stands in the log is what the histories say, nothing less and nothing else; a second copy is the same to the last byte.
      const seen = new Map<string, Set<string>>();
      await until('all of it is in the log', async () => {
        seen.clear();
        for (const topic of new Set([
          ev.InschrijvingVoltooidV1.topic,
          ev.GegevenGemuteerdV1.topic,
          ev.KetenGestartV1.topic,
        ])) {
          for (const { headers, value } of await everything(topic)) {
            if (
              headers['ce_source'] !== 'urn:kruispunt:keten:verhuis' ||
              !headers['ce_kpdossier']?.startsWith(`VH-${run}-`)
            )
              continue;
            const id = headers['ce_id'] ?? '';
            seen.set(
              id,
              (seen.get(id) ?? new Set()).add(`${headers['ce_type'] ?? ''} ${value?.toString('base64') ?? ''}`),
            );
          }
        }
        return seen.size >= published.size;
      });
      expect([...seen.keys()].sort()).toEqual([...published.keys()].sort());
      expect([...seen.values()].filter((copies) => copies.size > 1)).toEqual([]);
      const ends = [...published.values()].filter(
        (t) => t === ev.InschrijvingVoltooidV1.type || t === ev.InschrijvingGeweigerdV1.type,
      );
      expect(ends.length).toBe(moves);
    },
    240_000 + moves * 120,
  );

  /** Positions at the end of the log, as if all before had been read: others use the same topics. */
  async function skipPast(url: string): Promise<void> {
    const [admin, database] = [await driver.admin(), openDatabase(url, { sessionsMax: 2 })];
    await migrate(database);
    const store = new PostgresPartitionStore(database, log);
    for (const [consumer, topic] of [
      ['chain-intake', ev.AdreswijzigingAangegevenV1.topic],
      ['chain-intake', ev.GemeenteGefusioneerdV1.topic],
      ['chain', 'be.vlaanderen.keten.in.v1'],
    ] as const) {
      for (const { partition, next } of await admin.offsets(topic)) {
        const claim = await store.claim(consumer, topic, partition, 'spec');
        await store.transact(claim, { from: claim.next, next }, () => Promise.resolve());
      }
    }
    await Promise.all([admin.close(), database.close()]);
  }

  async function everything(topic: string): Promise<readonly LogEntry[]> {
    const [admin, reader] = [await driver.admin(), await driver.reader()];
    const found: LogEntry[] = [];
    for (const { partition, next } of await admin.offsets(topic)) {
      for (let offset = ends.get(`${topic}/${partition}`) ?? 0; offset < next;) {
        const batch = await reader.read({ topic, partition, offset });
        found.push(...batch.entries);
        offset = batch.next;
      }
    }
    await Promise.all([admin.close(), reader.close()]);
    return found;
  }
});
