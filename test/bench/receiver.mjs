// A receiver of webhooks as a process of its own: 401 without a signature header, 204 with one; remembers when each id first came, alone or
// in a batch. POST /hung is never answered; of the first attempts at POST /flaky one in a hundred is answered 500. Started by subscriber.mjs; says its
// port on standard output. GET /seen gives {count, repeats, arrived}; GET /times {id: ms since the epoch}; GET /arrivals what was taken, in
// order: [subscription, id, ms]; GET /subscriptions {subscription: {count, first, last}}.
import { createServer } from 'node:http';

let [times, repeats, sample, arrivals, bySubscription] = [new Map(), 0, undefined, [], new Map()];
const flakyOne = 100;
let flaky = 0;
const failed = new Set();

const control = {
  '/seen': () => ({ count: times.size, repeats, arrived: arrivals.length }),
  '/arrivals': () => arrivals,
  '/subscriptions': () => Object.fromEntries(bySubscription),
  '/times': () => Object.fromEntries(times),
  '/sample': () => sample,
  '/forget': () => {
    [times, repeats, arrivals, bySubscription] = [new Map(), 0, [], new Map()];
    return {};
  },
};

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    const answer = JSON.stringify(control[request.url]?.() ?? null);
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    return;
  }
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { 'webhook-signature': signature, 'webhook-id': id = '' } = request.headers;
    if (signature === undefined) return response.writeHead(401).end();
    if (request.url === '/hung' && !id.startsWith('probe-')) return;
    if (request.url === '/flaky' && !failed.has(id) && (flaky += 1) % flakyOne === 0) {
      failed.add(id);
      return response.writeHead(500).end();
    }
    if (!id.startsWith('probe-')) {
      const [{ kpsubscription }, at] = [request.headers, performance.timeOrigin + performance.now()];
      const body = Buffer.concat(chunks).toString();
      const together = request.headers['content-type']?.startsWith('application/cloudevents-batch');
      for (const each of together ? JSON.parse(body).map((event) => event.id) : [id]) {
        arrivals.push([kpsubscription, each, at]);
        const { count, first } = bySubscription.get(kpsubscription) ?? { count: 0, first: at };
        bySubscription.set(kpsubscription, { count: count + 1, first, last: at });
        if (times.has(each)) repeats += 1;
        else times.set(each, at);
      }
      sample ??= { headers: request.headers, body };
    }
    return response.writeHead(204).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().on('end', () => process.exit(0));
