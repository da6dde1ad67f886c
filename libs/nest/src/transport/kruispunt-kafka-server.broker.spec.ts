import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { INestMicroservice } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { ev, topics, type AdreswijzigingAangegevenV1, type SchemaIds } from '@kruispunt/contracts';
import type { Envelope, StoredEvent } from '@kruispunt/event';
import { KafkaEventLog, platformaticDriver } from '@kruispunt/kafka';
import { migrate, openDatabase, PostgresPartitionStore, PostgresQuarantine, type Database } from '@kruispunt/postgres';
import { openLog } from '@kruispunt/telemetry';
import { freshDatabase, freshName, serviceUrl, until } from '@kruispunt/testkit';
import { EventPublisher } from './event-publisher.js';
import { KruispuntKafkaServer } from './kruispunt-kafka-server.js';
import { OnEvent, type EventContext } from './on-event.js';

jest.setTimeout(60_000);

const type = ev.AdreswijzigingAangegevenV1;
const schemaIds: SchemaIds = { idOf: () => 900_001, typeOf: (id) => (id === 900_001 ? type : undefined) };
const source = `urn:test:${randomUUID()}`;

const declared: AdreswijzigingAangegevenV1 = {
  dossier: 'VH-2026-000123',
  subjectPseudoniemen: ['p1-6f3a9c0d5b7e41d2a8c4f0e1b2d3c4a5'],
  wijziging: 'ANDERE_GEMEENTE',
  aangiftedatum: '2026-02-27',
  betrekkingsdatum: '2026-02-20',
  nisOud: '24107',
  nisNieuw: '24055',
  adresRef: 'https://data.vlaanderen.be/id/adres/3064179',
  domiciliestatus: 'https://data.vlaanderen.be/id/concept/IT020/DomicilieStatus/Aangifte',
  tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
};
const envelope = (
  id: string,
  subject = 'urn:kruispunt:dossier:VH-2026-000123',
): Envelope<AdreswijzigingAangegevenV1> => ({
  specversion: '1.0',
  id,
  source,
  type: type.type,
  subject,
  time: '2026-03-02T09:15:00Z',
  data: declared,
});

const seen: { id: string; partition: number }[] = [];
const stretches: number[] = [];

@Controller()
class MoveHandler {
  @OnEvent(type)
  async onMove(
    moves: readonly StoredEvent<AdreswijzigingAangegevenV1>[],
    { partition, tx }: EventContext,
  ): Promise<void> {
    const ours = moves.filter((move) => move.envelope.source === source);
    for (const move of ours) {
      if (move.envelope.id === 'poison' || move.envelope.data.nisNieuw !== '24055')
        throw new Error('this one I cannot handle');
      await tx.query({ name: 'effect', text: 'insert into effect values ($1)', values: [move.envelope.id] });
    }
    seen.push(...ours.map((move) => ({ id: move.envelope.id, partition })));
    stretches.push(ours.length);
  }
}

@Module({ controllers: [MoveHandler] })
class ServiceModule {}

describe('a Nest microservice on the log', () => {
  const driver = platformaticDriver({ brokers: serviceUrl('KAFKA_BROKERS').split(','), clientId: 'nest-spec' });
  let fresh: Awaited<ReturnType<typeof freshDatabase>>;
  let database: Database;
  let log: KafkaEventLog;
  let app: INestMicroservice;

  const effects = async () =>
    (await database.query<{ id: string }>({ name: 'effects', text: 'select id from effect' })).map((row) => row.id);
  /** Others write to this topic too: begin at its present end. */
  const beginAtTheEnd = async (consumer: string, store: PostgresPartitionStore) => {
    const admin = await driver.admin();
    await admin.ensureTopics(topics.filter((topic) => topic.name === type.topic));
    for (const { partition, next } of await admin.offsets(type.topic)) {
      const claim = await store.claim(consumer, type.topic, partition, 'spec');
      await store.transact(claim, { from: claim.next, next }, async () => undefined);
    }
    await admin.close();
  };
  const start = async () => {
    const [consumer, store] = [freshName('nest'), new PostgresPartitionStore(database, log)];
    await beginAtTheEnd(consumer, store);
    const strategy = new KruispuntKafkaServer({
      driver,
      schemaIds,
      consumer,
      store,
      owner: 'spec',
      quarantine: new PostgresQuarantine(database),
      log: openLog({ service: 'spec', version: '0', level: 'silent' }),
    });
    app = await NestFactory.createMicroservice(ServiceModule, { strategy, logger: false });
    await app.listen();
  };

  beforeAll(async () => {
    fresh = await freshDatabase();
    database = openDatabase(fresh.url);
    await migrate(database);
    await database.query({ name: 'table', text: 'create table effect (id text primary key)' });
    log = await KafkaEventLog.open(driver);
    await start();
  });
  afterAll(async () => {
    await app.close();
    await log.close();
    await database.close();
    await fresh.drop();
  });

  it('gets typed batches in order, drops duplicates, and lets neither a poison event nor undecodable bytes stop the others', async () => {
    const publisher = new EventPublisher(log, schemaIds);
    const ids = Array.from({ length: 100 }, (_, i) => `e-${i}`);
    const [first] = await publisher.publish(
      type,
      [...ids.slice(0, 50), 'poison', ...ids.slice(50)].map((id) => envelope(id)),
    );
    await publisher.publish(type, [envelope('e-7')]);
    const [garbage] = await log.append([
      {
        topic: type.topic,
        partition: first!.partition,
        key: 'k',
        value: Buffer.from('niets'),
        headers: { ce_type: type.type, ce_source: source },
      },
    ]);
    await publisher.publish(type, [envelope('last')]);
    await until('the last is handled', async () => (await effects()).includes('last'));

    expect((await effects()).sort()).toEqual([...ids, 'last'].sort());
    const handled = seen.map((one) => one.id).filter((id, at, all) => all.lastIndexOf(id) === at);
    expect(handled).toEqual([...ids, 'last']);
    expect(Math.max(...stretches)).toBeGreaterThan(1);
    const apart = await new PostgresQuarantine(database).list({ limit: 500 });
    expect(apart).toContainEqual(
      expect.objectContaining({ offset: garbage!.offset, partition: garbage!.partition, reason: 'undecodable' }),
    );
    expect(apart.filter((one) => one.reason === 'internal')).toHaveLength(1);
  });
});
