import { createHmac } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { verifyWebhook } from '@kruispunt/sdk';
import { until } from '@kruispunt/testkit';
import { cliBench } from '../cli-bench.kit.js';

const cli = cliBench();
const event = (id: string) => ({ specversion: '1.0', id, source: 'urn:s', type: 't.v1', subject: 'k', data: { a: 1 } });

beforeEach(() => rm(join(cli.folder, '.kruispunt'), { recursive: true, force: true }));

describe('dev listen', () => {
  /** A gateway with two events, and a program that listens on this machine. */
  function gateway() {
    cli.gateway.routes['POST /v1/subscriptions'] = () => ({ id: 'S' });
    cli.gateway.routes['GET /v1/subscriptions/S'] = () => ({ state: 'active' });
    cli.gateway.routes['GET /v1/subscriptions/S/events'] = ({ url }) =>
      url.includes('after=c1')
        ? { events: [event('e-3')], next: 'c2', complete: true }
        : { events: [event('e-1'), event('e-2')], next: 'c1', complete: true };
    cli.gateway.routes['POST /v1/subscriptions/S/ack'] = () => ({ moved: 1 });
    cli.gateway.routes['POST /hook'] = ({ body }) =>
      (body as { id: string }).id === 'e-2' ? { slug: 'x', status: 500 } : {};
    return ['dev', 'listen', '--types', 't.v1', '--forward-to', `${cli.gateway.url}/hook`];
  }
  const hooked = () => cli.requests().filter(({ url }) => url === '/hook');

  it('makes a pull subscription from two hours ago, forwards signed, shows each answer, and acknowledges', async () => {
    const words = gateway();
    const { code, out, err } = await cli.kruispunt(...words, '--backfill', '2h', '--print-key', '--count', '2');
    expect(code).toBe(0);
    const wish = cli.requests().find(({ url }) => url === '/v1/subscriptions')?.body as { start: string };
    expect(wish).toMatchObject({ channel: 'PULL', types: ['t.v1'] });
    expect(Math.abs(Date.now() - 7_200_000 - Date.parse(wish.start))).toBeLessThan(600_000);
    expect(out).toMatch(/✔ 200 .* e-1\n✘ 500 .* e-2\n$/);
    expect(cli.requests().at(-1)).toMatchObject({ url: '/v1/subscriptions/S/ack', body: { cursor: 'c1' } });
    const key = /KRUISPUNT_WEBHOOK_KEY=(\S+)/.exec(err)![1]!;
    const [first] = hooked();
    const request = { headers: first!.headers, body: Buffer.from(JSON.stringify(first!.body)) };
    expect(await verifyWebhook(request, { publicKeys: [key] })).toMatchObject({ kind: 'valid', id: 'e-1' });
    expect(first!.headers).toMatchObject({ kpsubscription: 'S', 'webhook-id': 'e-1' });
  });

  it('goes on the next time where it stopped', async () => {
    const words = gateway();
    await cli.kruispunt(...words, '--count', '2');
    cli.gateway.asked.length = 0;
    const { code, out } = await cli.kruispunt(...words, '--count', '1');
    expect(code).toBe(0);
    expect(out).toContain('e-3');
    expect(cli.requests().some(({ method, url }) => method === 'POST' && url === '/v1/subscriptions')).toBe(false);
  });

  it('waits for a program that does not listen yet, and stops at Ctrl-C (130) without losing the cursor', async () => {
    const words = gateway();
    const nowhere = words.with(-1, 'http://127.0.0.1:1/hook');
    const { child, ended, err } = cli.start(nowhere);
    await until('it says that it waits', () => err().includes('niemand antwoordt'));
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const { out } = await cli.kruispunt(...words, '--count', '2');
    expect(out).toContain('e-1');
  });

  it('needs a URL and, for a new subscription, the types (2)', async () => {
    gateway();
    expect((await cli.kruispunt('dev', 'listen', '--forward-to', 'ergens')).code).toBe(2);
    expect((await cli.kruispunt('dev', 'listen', '--forward-to', 'http://127.0.0.1:1/')).code).toBe(2);
  });
});

describe('dev sign and dev verify', () => {
  const body = JSON.stringify(event('e-1'));
  const files = async (headers: string) => {
    await writeFile(join(cli.folder, 'body.json'), body);
    await writeFile(join(cli.folder, 'headers.txt'), headers);
  };
  const verify = (key: string, ...more: string[]) =>
    cli.kruispunt('dev', 'verify', 'body.json', '--headers', 'headers.txt', '--key', key, '--lang', 'en', ...more);

  it('what is signed here verifies here; another body, key or hour does not (1), with the reason', async () => {
    await files('');
    const signed = await cli.kruispunt('dev', 'sign', 'body.json');
    const { publicKey } = JSON.parse((await cli.kruispunt('dev', 'sign', 'body.json', '-o', 'json')).out) as {
      publicKey: string;
    };
    expect(signed.out).toContain('webhook-id: e-1');
    await files(signed.out);
    expect(await verify(publicKey)).toMatchObject({ code: 0, out: '✔ e-1\n' });
    expect(await verify(`whpk_${Buffer.alloc(32, 7).toString('base64')}`, '--key', publicKey)).toMatchObject({
      code: 0,
    });
    expect((await verify(`whpk_${Buffer.alloc(32, 7).toString('base64')}`)).out).toContain('none of the keys fits');
    expect((await verify(publicKey, '--at', '+2h')).out).toContain('too old');
    expect((await verify('whpk_AA')).code).toBe(2);
    await writeFile(join(cli.folder, 'body.json'), body.replace('"a":1', '"a":2'));
    expect((await verify(publicKey)).code).toBe(1);
  });

  it('checks the shared form too', async () => {
    const secret = Buffer.alloc(24, 9);
    const at = Math.floor(Date.now() / 1_000);
    const signature = createHmac('sha256', secret).update(`e-1.${at}.${body}`).digest('base64');
    await files(`webhook-id: e-1\nwebhook-timestamp: ${at}\nwebhook-signature: v1,${signature}\n`);
    expect(await verify(`whsec_${secret.toString('base64')}`)).toMatchObject({ code: 0 });
    expect((await verify(`whsec_${Buffer.alloc(24, 8).toString('base64')}`)).code).toBe(1);
  });
});
