// The gateway one would write by hand in an afternoon: Fastify, JSON.parse, the bare driver, 202; and, when RECEIVER is set, a consumer
// that POSTs each event on. No schema, token, policy, receipt, index, projection, signature, audit, retry or order per key. Started with
// BROKERS and TOPIC; says its port on standard output.
import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import {
  compatibilityPartitioner,
  Consumer,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka';
import { client } from './http.mjs';
import { flood } from './measure.mjs';

const { BROKERS, TOPIC: topic, RECEIVER } = process.env;
const bootstrapBrokers = BROKERS.split(',');
const producer = new Producer({
  clientId: 'bench-rival-gateway',
  bootstrapBrokers,
  serializers: stringSerializers,
  idempotent: true,
  acks: -1,
  producerId: -1n,
  producerEpoch: -1,
  partitioner: compatibilityPartitioner,
  retryDelay: 100,
});
const app = fastify({ bodyLimit: 1 << 20 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, JSON.parse(body)));
app.post('/v1/events', async (request, reply) => {
  const events = Array.isArray(request.body) ? request.body : [request.body];
  await producer.send({
    messages: events.map(({ data, ...attributes }) => ({
      topic,
      key: attributes.subject,
      value: JSON.stringify(data),
      headers: attributes,
    })),
  });
  return reply.code(202).send({ results: events.map(({ id }) => ({ id, status: 202 })) });
});

if (RECEIVER) {
  const http = client(RECEIVER, {
    connections: 16,
    headers: { 'content-type': 'application/cloudevents+json', 'webhook-signature': 'none' },
  });
  const consumer = new Consumer({
    clientId: 'bench-rival-forwarder',
    groupId: `bench-${randomUUID()}`,
    bootstrapBrokers,
    deserializers: stringDeserializers,
  });
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'latest',
    maxBytes: 1 << 20,
    maxWaitTime: 100,
    autocommit: 1_000,
  });
  const next = stream[Symbol.asyncIterator]();
  void flood(Infinity, 16, async () => {
    const { value: message } = await next.next();
    const { id, ...attributes } = Object.fromEntries(message.headers);
    await http.post(
      '/hook',
      JSON.stringify({ ...attributes, id, data: JSON.parse(message.value) }),
      { 'webhook-id': id },
      204,
    );
  });
}
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(app.server.address().port);
process.stdin.resume().on('end', () => process.exit(0));
