// Typed handlers on the log: our Nest transport against Nest's own for Kafka, on the same topic, with the same decoding.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload, Transport } from '@nestjs/microservices';
import { logLevel } from 'kafkajs';
import { fromEntry } from '@kruispunt/event';
import { KruispuntKafkaServer, OnEvent } from '@kruispunt/nest';
import { migrate, openDatabase, PostgresPartitionStore, PostgresQuarantine } from '@kruispunt/postgres';
import { openLog } from '@kruispunt/telemetry';
import { moveRecord, moveType } from './events.mjs';
import { MemoryStore } from './memory-store.mjs';
import { flood, inTurns, measured, until } from './measure.mjs';

export const title = 'Handlers on the log: the Nest transport';
export const about = `The same events of the topic \`${moveType.topic}\` (6 partitions, Avro behind Confluent framing), from the oldest to the newest, decoded to a
typed event and handed to a handler that counts. Ours: \`KruispuntKafkaServer\` with \`@OnEvent\`, batches, every batch one Postgres transaction with
fence, inbox (each event once) and position. Rival: \`ServerKafka\` of @nestjs/microservices (kafkajs), per message, at its defaults but
\`fromBeginning\`: no inbox, no database, offsets auto-committed. CPU is this process and Postgres.`;

/** Decorators by hand: this file is plain JavaScript. */
function moduleOf(handler, decorate) {
  class Handler {
    handle(...given) {
      return handler(...given);
    }
  }
  Payload()(Handler.prototype, 'handle', 0);
  Ctx()(Handler.prototype, 'handle', 1);
  decorate(Handler.prototype, 'handle', Object.getOwnPropertyDescriptor(Handler.prototype, 'handle'));
  Controller()(Handler);
  class Root {}
  Module({ controllers: [Handler] })(Root);
  return Root;
}

async function ours({ driver, schemaIds, log, databaseUrl }, total, inMemory = false) {
  const database = openDatabase(databaseUrl);
  const [consumer, seen] = [`bench-${randomUUID()}`, { count: 0 }];
  const strategy = new KruispuntKafkaServer({
    driver,
    schemaIds,
    consumer,
    owner: 'bench',
    store: inMemory ? new MemoryStore() : new PostgresPartitionStore(database, log),
    quarantine: new PostgresQuarantine(database),
    log: openLog({ service: 'bench', version: '0', level: 'error' }),
  });
  const count = (events) => void (seen.count += events.length);
  const app = await NestFactory.createMicroservice(moduleOf(count, OnEvent(moveType)), { strategy, logger: ['error'] });
  return { app, seen, close: () => app.close().then(() => database.close()), total };
}

async function rival({ brokers, schemaIds }, total) {
  const seen = { count: 0 };
  const one = (_value, context) => {
    const { key, value, headers, timestamp, offset } = context.getMessage();
    const texts = Object.fromEntries(Object.entries(headers).map(([name, bytes]) => [name, String(bytes)]));
    const decoded = fromEntry(
      {
        topic: context.getTopic(),
        partition: context.getPartition(),
        offset: Number(offset),
        key: Buffer.from(key),
        value,
        headers: texts,
        timestamp: Number(timestamp),
      },
      schemaIds,
    );
    if (decoded.kind === 'event') seen.count += 1;
  };
  const options = {
    client: { brokers, clientId: 'bench-nest', logLevel: logLevel.NOTHING },
    consumer: { groupId: `bench-${randomUUID()}` },
    subscribe: { fromBeginning: true },
    parser: { keepBinary: true },
  };
  const app = await NestFactory.createMicroservice(moduleOf(one, EventPattern(moveType.topic)), {
    transport: Transport.KAFKA,
    options,
    logger: false,
  });
  return { app, seen, close: () => app.close(), total };
}

/** From the first event to the last: joining the group is not counted. */
async function drain({ app, seen, close, total }, pids) {
  await app.listen();
  await until('the first event', () => seen.count > 0);
  const before = seen.count;
  const result = await measured(
    async () => {
      await until('the last event', () => seen.count >= total);
      return total - before;
    },
    { pids },
  );
  await close();
  return result;
}

export async function run(world, { quick, tell }) {
  process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1';
  const [total, rounds] = quick ? [20_000, 1] : [80_000, 3];
  const database = openDatabase(world.databaseUrl);
  await migrate(database);
  await database.close();
  await flood(total / 500, 8, () => world.log.append(Array.from({ length: 500 }, () => moveRecord(world.schemaIds))));
  const side = (open) => async () => drain(await open(world, total), world.postgresPids);
  const found = await inTurns(
    { ours: side(ours), 'in memory': side((...given) => ours(...given, true)), nest: side(rival) },
    { rounds, warm: quick ? 0 : 1, tell },
  );
  const against = "Nest's own Kafka transport, per message";
  return {
    unit: 'event',
    rows: [
      {
        what: '`@OnEvent` handler: position, inbox and effects in one Postgres transaction per batch',
        against,
        ours: found.ours,
        rival: found.nest,
      },
      {
        what: 'the same, with position and inbox in memory: what the transport itself costs',
        against,
        ours: found['in memory'],
        rival: found.nest,
      },
    ],
  };
}
