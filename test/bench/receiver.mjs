// A receiver of webhooks as a process of its own: 401 without a signature header, 204 with one; remembers when each id first came.
// Started by subscriber.mjs; says its port on standard output. GET /seen gives {count, repeats}; GET /times {id: ms since the epoch}.
import { createServer } from 'node:http';

let [times, repeats, sample] = [new Map(), 0, undefined];

const control = {
  '/seen': () => ({ count: times.size, repeats }),
  '/times': () => Object.fromEntries(times),
  '/sample': () => sample,
  '/forget': () => {
    [times, repeats] = [new Map(), 0];
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
    if (!id.startsWith('probe-')) {
      if (times.has(id)) repeats += 1;
      else times.set(id, performance.timeOrigin + performance.now());
      sample ??= { headers: request.headers, body: Buffer.concat(chunks).toString() };
    }
    return response.writeHead(204).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().on('end', () => process.exit(0));
