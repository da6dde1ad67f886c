import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@kruispunt/clock';
import { WebhookSender } from './webhook-sender.js';

const read = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
const ordinary = getCACertificates('default');
const servers: Server[] = [];
let heard = 0;
let sender: WebhookSender;

async function serve(name: string): Promise<number> {
  const server = createServer({ cert: read(`${name}.pem`), key: read(`${name}.key`) }, (_, response) => {
    heard += 1;
    response.writeHead(204, { date: new Date(Date.now() + 3_600_000).toUTCString() }).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const sending = (port: number) => ({
  subscription: `s${port}`,
  url: `https://127.0.0.1:${port}/hook`,
  headers: {},
  body: Buffer.from('{}'),
  exceptions: [{ cidr: '127.0.0.1/32', until: Infinity, approver: 'spec' }],
});

beforeAll(() => {
  setDefaultCACertificates([...ordinary, read('ca.pem')]);
  sender = new WebhookSender({ clock: new SystemClock(), policy: { plainHttp: true }, deadlineMs: 2_000 });
});
afterAll(async () => {
  setDefaultCACertificates(ordinary);
  await sender.close();
  for (const server of servers) server.close();
});

describe('a receiver over TLS', () => {
  it('with a certificate that we can trust is reached, and told of: protocol, expiry, clock', async () => {
    const seen = await sender.inspect(sending(await serve('good')));
    expect(seen.answer).toEqual({ kind: 'status', status: 204 });
    expect(seen.tls).toEqual({
      protocol: 'TLSv1.3',
      cipher: expect.stringMatching(/^TLS_/),
      validTo: Date.UTC(2120, 0, 1),
    });
    expect(Math.abs(seen.skewMs! - 3_600_000)).toBeLessThanOrEqual(2_000);
  });

  it.each([
    ['whose certificate has expired', 'expired'],
    ['whose certificate is for another name', 'other'],
  ])('%s hears nothing of us', async (_, name) => {
    const before = heard;
    expect((await sender.send(sending(await serve(name)))).answer).toEqual({ kind: 'failed', failure: 'tls' });
    expect(heard).toBe(before);
  });

  it('whose certificate is signed by itself, or by nobody we know, hears nothing of us', async () => {
    setDefaultCACertificates(ordinary);
    const before = heard;
    expect((await sender.send(sending(await serve('good')))).answer).toEqual({ kind: 'failed', failure: 'tls' });
    setDefaultCACertificates([...ordinary, read('ca.pem')]);
    expect(heard).toBe(before);
  });
});
