import { createServer as createHttp } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@kruispunt/clock';
import { addressFault, urlFault, type EgressRules } from './address-guard.js';
import type { Resolve } from './guarded-agent.js';
import { WebhookSender, type Sending } from './webhook-sender.js';

// Real sockets, no mercy: whatever a receiver does, an attempt ends in time, with an answer, and reads no more than 16 KiB.

const deadlineMs = 400;
const loopback = { cidr: '127.0.0.1/32', until: Infinity, approver: 'spec' };
const servers: Server[] = [];
const sockets = new Set<Socket>();

/** A server that does with each connection what it is told. */
async function hostile(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const answering =
  (text: string, then: (socket: Socket) => void = () => undefined) =>
  (socket: Socket) => {
    socket.once('data', () => {
      socket.write(text);
      then(socket);
    });
  };

let sender: WebhookSender;
const senderWith = (resolve?: Resolve) =>
  new WebhookSender({ clock: new SystemClock(), policy: { plainHttp: true }, deadlineMs, ...(resolve && { resolve }) });
const post = (port: number, more: Partial<Sending> = {}) =>
  sender.send({
    subscription: `s${port}`,
    url: `http://127.0.0.1:${port}/hook`,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{}'),
    exceptions: [loopback],
    ...more,
  });

beforeAll(() => void (sender = senderWith()));
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});
afterAll(async () => {
  await sender.close();
  for (const server of servers) server.close();
});

const drip = (socket: Socket, text: string) => {
  let at = 0;
  const timer = setInterval(
    () => (socket.destroyed ? clearInterval(timer) : socket.write(text[at++ % text.length]!)),
    20,
  );
  socket.on('close', () => clearInterval(timer));
};

describe('a receiver', () => {
  it('that never answers is a timeout', async () => {
    expect((await post(await hostile(() => undefined))).answer).toEqual({ kind: 'failed', failure: 'timeout' });
  });

  it('that gives its headers byte by byte is a timeout', async () => {
    const port = await hostile((socket) =>
      socket.once('data', () => drip(socket, `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(10_000)}`)),
    );
    expect((await post(port)).answer).toEqual({ kind: 'failed', failure: 'timeout' });
  });

  it('that gives its body byte by byte is a timeout, whatever its status was', async () => {
    const port = await hostile(
      answering('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n', (socket) => drip(socket, 'x')),
    );
    expect((await post(port)).answer).toEqual({ kind: 'failed', failure: 'timeout' });
  });

  it('that sends without end is cut off after 16 KiB, and its status counts', async () => {
    let closed = false;
    const port = await hostile((socket) => {
      socket.on('close', () => (closed = true));
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n');
        const pour = () => {
          while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
          if (!socket.destroyed) socket.once('drain', pour);
        };
        pour();
      });
    });
    expect((await post(port)).answer).toEqual({ kind: 'status', status: 200 });
    for (let i = 0; i < 100 && !closed; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(closed).toBe(true);
  });

  it.each(['http://169.254.169.254/latest/meta-data', 'http://127.0.0.1:1/', '/hook'])(
    'that redirects to %s is not followed',
    async (location) => {
      let calls = 0;
      const port = await hostile((socket) =>
        answering(`HTTP/1.1 307 Go\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`, () => (calls += 1))(socket),
      );
      expect((await post(port)).answer).toEqual({ kind: 'status', status: 307 });
      expect(calls).toBe(1);
    },
  );

  it('that redirects to itself, for ever, is asked once per attempt', async () => {
    let calls = 0;
    const port = await hostile((socket) =>
      socket.on('data', () => {
        calls += 1;
        socket.write('HTTP/1.1 302 Loop\r\nlocation: /hook\r\ncontent-length: 0\r\n\r\n');
      }),
    );
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect((await post(port)).answer).toEqual({ kind: 'status', status: 302 });
      expect(calls).toBe(attempt);
    }
  });

  it('that says 100 Continue without end, or sends trailers without end, is a timeout or its status', async () => {
    const port = await hostile((socket) =>
      socket.once('data', () => {
        const timer = setInterval(
          () => (socket.destroyed ? clearInterval(timer) : socket.write('HTTP/1.1 100 Continue\r\n\r\n')),
          20,
        );
        socket.on('close', () => clearInterval(timer));
      }),
    );
    const { answer } = await post(port);
    expect(answer.kind).toBe('failed');
  });

  it('that never answers keeps no more places than its host has, and gives them back', async () => {
    const narrow = new WebhookSender({
      clock: new SystemClock(),
      policy: { plainHttp: true },
      deadlineMs,
      perHostMax: 2,
    });
    const url = `http://127.0.0.1:${await hostile(() => undefined)}/hook`;
    const [first, second] = [narrow.enter(url), narrow.enter(url)];
    expect(narrow.enter(url)).toBeUndefined();
    await Promise.all(
      [first!, second!].map((leave) =>
        narrow
          .send({ subscription: 's', url, headers: {}, body: Buffer.from('{}'), exceptions: [loopback] })
          .finally(leave),
      ),
    );
    expect([narrow.enter(url), narrow.enter(url)].map((place) => place !== undefined)).toEqual([true, true]);
    expect(narrow.enter(url)).toBeUndefined();
    await narrow.close();
  });

  it('that resets, at once or when its connection is used again, is a reset', async () => {
    expect((await post(await hostile((socket) => socket.resetAndDestroy()))).answer).toEqual({
      kind: 'failed',
      failure: 'reset',
    });
    let requests = 0;
    const port = await hostile((socket) =>
      socket.on('data', () => {
        if (requests++ === 0) socket.write('HTTP/1.1 204 No Content\r\nconnection: keep-alive\r\n\r\n');
        else socket.resetAndDestroy();
      }),
    );
    expect((await post(port)).answer).toEqual({ kind: 'status', status: 204 });
    expect((await post(port)).answer).toEqual({ kind: 'failed', failure: 'reset' });
  });

  it('that says 410 is heard', async () => {
    expect((await post(await hostile(answering('HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n')))).answer).toEqual({
      kind: 'status',
      status: 410,
    });
  });

  it('that gives a body with 204 has said 204, and poisons no later delivery', async () => {
    const port = await hostile((socket) =>
      socket.on('data', () => socket.write('HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello')),
    );
    expect((await post(port)).answer).toEqual({ kind: 'status', status: 204 });
    const { answer } = await post(port);
    expect([
      { kind: 'status', status: 204 },
      { kind: 'failed', failure: 'protocol' },
      { kind: 'failed', failure: 'reset' },
    ]).toContainEqual(answer);
  });

  it.each([
    ['120', 120_000],
    ['99999999999999999999', 31_536_000_000],
    ['-5', undefined],
    ['next year', undefined],
    ['1e9', undefined],
  ])('that asks Retry-After %s is understood as %p ms', async (value, ms) => {
    const port = await hostile(answering(`HTTP/1.1 429 Slow\r\nretry-after: ${value}\r\ncontent-length: 0\r\n\r\n`));
    expect((await post(port)).answer).toEqual({
      kind: 'status',
      status: 429,
      ...(ms !== undefined && { retryAfterMs: ms }),
    });
  });

  it('that does not listen is refused, one without a name is a DNS failure', async () => {
    const port = await hostile(() => undefined);
    await new Promise<void>((resolve) => servers.pop()!.close(() => resolve()));
    expect((await post(port)).answer).toEqual({ kind: 'failed', failure: 'refused' });
    const nowhere = senderWith((_, done) => done(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }), []));
    expect(
      (
        await nowhere.send({
          subscription: 'x',
          url: 'https://nowhere.example/',
          headers: {},
          body: Buffer.from('{}'),
          exceptions: [],
        })
      ).answer,
    ).toEqual({ kind: 'failed', failure: 'dns' });
    await nowhere.close();
  });

  it('that talks nonsense, or too many headers, is a failure of protocol', async () => {
    expect((await post(await hostile(answering('SMTP 220 hello\r\n\r\n')))).answer).toEqual({
      kind: 'failed',
      failure: 'protocol',
    });
    const many = Array.from({ length: 3_000 }, (_, i) => `x-${i}: ${'y'.repeat(20)}`).join('\r\n');
    expect((await post(await hostile(answering(`HTTP/1.1 200 OK\r\n${many}\r\n\r\n`)))).answer).toEqual({
      kind: 'failed',
      failure: 'protocol',
    });
  });

  it('without a certificate we can trust is a failure of TLS', async () => {
    const server = createTls({}, () => undefined);
    servers.push(server);
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { answer } = await sender.send({
      subscription: 'tls',
      url: `https://127.0.0.1:${port}/`,
      headers: {},
      body: Buffer.from('{}'),
      exceptions: [loopback],
    });
    expect(answer).toEqual({ kind: 'failed', failure: 'tls' });
  });

  it('behind a proxy of the environment is not reached through it', async () => {
    process.env['HTTP_PROXY'] = process.env['http_proxy'] = 'http://127.0.0.1:1';
    const server = createHttp((_, response) => response.writeHead(204).end());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    expect((await post((server.address() as AddressInfo).port)).answer).toEqual({ kind: 'status', status: 204 });
    delete process.env['HTTP_PROXY'];
    delete process.env['http_proxy'];
    server.closeAllConnections();
  });
});

const strict: EgressRules = { plainHttp: false, exceptions: [], now: 0 };

describe('the address guard', () => {
  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://0/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://１２７.０.０.１/',
    'https://①②⑦.⓪.⓪.①/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://169.254.169.254/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://100.100.100.200/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[2001:0:7f00:1::]/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://198.18.0.1/',
    'https://[::]/',
    'https://[fc00::1]/',
  ])('refuses the literal %s', (url) => expect(urlFault(url, strict)).toBeDefined());

  it.each([
    ['http://example.org/', 'https only'],
    ['ftp://example.org/', 'https only'],
    ['https://user:pw@example.org/', 'credentials in the URL'],
    ['https://user@example.org/', 'credentials in the URL'],
    ['https://example.org:22/', 'port not allowed; use 443 or 8443'],
    ['nonsense', 'not a URL'],
    ['', 'not a URL'],
  ])('refuses %s: %s', (url, reason) => expect(urlFault(url, strict)).toBe(reason));

  it.each([
    'https://example.org/',
    'https://example.org:8443/x?y=1',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1::]/',
  ])('lets %s through', (url) => expect(urlFault(url, strict)).toBeUndefined());

  it('opens a private address by an exception in force, and metadata never', () => {
    const rules: EgressRules = {
      ...strict,
      now: 10,
      exceptions: [
        { cidr: '10.1.0.0/16', until: 11, approver: 'x' },
        { cidr: '169.254.0.0/16', until: 11, approver: 'x' },
        { host: 'ok.intern', until: 11, approver: 'x' },
      ],
    };
    expect(addressFault('10.1.2.3', 'a.intern', rules)).toBeUndefined();
    expect(addressFault('10.2.2.3', 'a.intern', rules)).toBeDefined();
    expect(addressFault('192.168.0.1', 'ok.intern', rules)).toBeUndefined();
    expect(addressFault('169.254.169.254', 'ok.intern', rules)).toBe('an address that is never allowed');
    expect(addressFault('10.1.2.3', 'a.intern', { ...rules, now: 11 })).toBeDefined();
  });

  it('sends no packet to a private address that DNS gives, alone, mixed, or at the second asking', async () => {
    let connections = 0;
    const port = await hostile(() => (connections += 1));
    const asked: string[] = [];
    const answers: Record<string, readonly string[]> = {
      'private.example': ['127.0.0.1'],
      'mixed.example': ['93.184.216.34', '127.0.0.1'],
      'mapped.example': ['::ffff:127.0.0.1'],
      'meta.example': ['169.254.169.254'],
    };
    const resolver = senderWith((hostname, done) => {
      asked.push(hostname);
      done(
        null,
        (answers[hostname] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    });
    for (const host of Object.keys(answers)) {
      const { answer } = await resolver.send({
        subscription: host,
        url: `https://${host}:${port === 443 ? 8443 : 443}/`,
        headers: {},
        body: Buffer.from('{}'),
        exceptions: [],
      });
      expect(answer).toEqual({ kind: 'failed', failure: 'address-forbidden' });
    }
    expect(asked).toEqual(Object.keys(answers));
    expect(connections).toBe(0);
    await resolver.close();
  });

  it('is not fooled by a name that is public when it is judged and private when it is called (DNS rebinding)', async () => {
    let connections = 0;
    const port = await hostile(() => (connections += 1));
    const loopbackUrl = `http://127.0.0.1:${port}`;
    expect((await post(port, { url: `${loopbackUrl}/hook` })).answer.kind).toBe('failed');
    const allowed = connections;
    // The same name, by turns: a reserved address, then wherever the attacker wants us.
    const turns = ['203.0.113.9', '127.0.0.1', '::1', '::ffff:7f00:1', '10.0.0.5', '169.254.169.254'];
    const asked: string[] = [];
    const resolver = senderWith((hostname, done) => {
      const address = turns[Math.min(asked.length, turns.length - 1)]!;
      asked.push(hostname);
      done(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
    });
    for (let turn = 0; turn < turns.length; turn++) {
      const { answer } = await resolver.send({
        subscription: 'rebound',
        url: 'https://rebind.example/',
        headers: {},
        body: Buffer.from('{}'),
        exceptions: [],
      });
      expect(answer).toEqual({ kind: 'failed', failure: 'address-forbidden' });
    }
    expect(asked).toHaveLength(turns.length);
    expect(connections).toBe(allowed);
    await resolver.close();
  });
});
