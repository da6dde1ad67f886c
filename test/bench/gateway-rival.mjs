// The gateway one would write by hand in an afternoon: Fastify, JSON.parse, the bare driver, 202. No schema, no token, no policy, no
// receipt, no index. Started by gateway.mjs with BROKERS and TOPIC; says its port on standard output.
import fastify from 'fastify';
import { compatibilityPartitioner, Producer, stringSerializer } from '@platformatic/kafka';

const { BROKERS, TOPIC: topic } = process.env;
const producer = new Producer({
  clientId: 'bench-rival-gateway', bootstrapBrokers: BROKERS.split(','),
  serializers: { key: stringSerializer, value: stringSerializer, headerKey: stringSerializer, headerValue: stringSerializer },
  idempotent: true, acks: -1, producerId: -1n, producerEpoch: -1, partitioner: compatibilityPartitioner, retryDelay: 100,
});
const app = fastify({ bodyLimit: 1 << 20 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, JSON.parse(body)));
app.post('/v1/events', async (request, reply) => {
  const events = Array.isArray(request.body) ? request.body : [request.body];
  await producer.send({ messages: events.map(({ data, ...attributes }) => ({ topic, key: attributes.subject, value: JSON.stringify(data), headers: attributes })) });
  return reply.code(202).send({ results: events.map(({ id }) => ({ id, status: 202 })) });
});
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(app.server.address().port);
process.stdin.resume().on('end', () => process.exit(0));
