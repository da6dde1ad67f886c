import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { SystemClock } from '@kruispunt/clock';
import { WebhookSender } from './webhook-sender.js';

/** A moved endpoint is probed while the delivery hears of the move: neither may cut the other short. */
describe('a subscription whose connections are forgotten', () => {
  it('has the answer of what was under way, and a new connection for what comes next', async () => {
    const arrived = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        arrived.resolve();
        void gate.promise.then(() => response.writeHead(204).end());
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const sender = new WebhookSender({ clock: new SystemClock(), policy: { plainHttp: true }, deadlineMs: 20_000 });
    const exceptions = [{ cidr: '127.0.0.1/32', until: Date.now() + 60_000, approver: 'spec' }];
    const send = () =>
      sender.send({
        subscription: 's',
        url: `http://127.0.0.1:${port}/hook`,
        headers: {},
        body: Buffer.from('{}'),
        exceptions,
      });
    const underWay = send();
    await arrived.promise;
    sender.forget('s');
    gate.resolve();
    expect((await underWay).answer).toEqual({ kind: 'status', status: 204 });
    expect((await send()).answer).toEqual({ kind: 'status', status: 204 });
    await sender.close();
    await new Promise((resolve) => server.close(resolve));
  });
});
