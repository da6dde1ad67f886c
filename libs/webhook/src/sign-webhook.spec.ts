import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { EndpointKeys } from './endpoint-keys.js';
import { signWebhook } from './sign-webhook.js';

const keys = new EndpointKeys(Buffer.alloc(32, 7));
const body = Buffer.from('{"specversion":"1.0","id":"e-1"}');
const spki = Buffer.from('302a300506032b6570032100', 'hex');

function verifies(headers: ReturnType<typeof signWebhook>, payload: Uint8Array, published: string): boolean {
  const signed = Buffer.concat([Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`), payload]);
  const key = createPublicKey({
    key: Buffer.concat([spki, Buffer.from(published.slice('whpk_'.length), 'base64')]),
    format: 'der',
    type: 'spki',
  });
  return headers['webhook-signature'].split(' ').some((one) => {
    const [version, signature] = one.split(',');
    return version === 'v1a' && verify(null, signed, key, Buffer.from(signature ?? '', 'base64'));
  });
}

describe('signWebhook', () => {
  it('is verified by the reference library of Standard Webhooks (symmetric v1: the form that library knows)', () => {
    const key = keys.key('s', 1, 'v1');
    const headers = signWebhook({ id: 'e-1', at: Date.now(), body }, [key]);
    expect(new Webhook(key.published).verify(body.toString(), { ...headers })).toEqual({
      specversion: '1.0',
      id: 'e-1',
    });
    expect(() => new Webhook(keys.key('s', 2, 'v1').published).verify(body.toString(), { ...headers })).toThrow();
  });

  it('is verified with the published Ed25519 key (v1a), and with no other endpoint’s', () => {
    const headers = signWebhook({ id: 'e-1', at: Date.now(), body }, [keys.key('a', 1, 'v1a')]);
    expect(verifies(headers, body, keys.key('a', 1, 'v1a').published)).toBe(true);
    expect(verifies(headers, body, keys.key('b', 1, 'v1a').published)).toBe(false);
  });

  it('carries both signatures during a rotation', () => {
    const [old, next] = [keys.key('a', 1, 'v1a'), keys.key('a', 2, 'v1a')];
    const headers = signWebhook({ id: 'e-1', at: Date.now(), body }, [next, old]);
    expect(verifies(headers, body, old.published)).toBe(true);
    expect(verifies(headers, body, next.published)).toBe(true);
    expect(signWebhook({ id: 'e-1', at: 0, body }, [next, old])['webhook-signature'].split(' ')).toHaveLength(2);
  });

  it('fails on any flipped bit', () => {
    const { published } = keys.key('a', 1, 'v1a');
    const headers = signWebhook({ id: 'e-1', at: Date.now(), body }, [keys.key('a', 1, 'v1a')]);
    fc.assert(
      fc.property(fc.nat(body.length * 8 - 1), (bit) => {
        const flipped = Buffer.from(body);
        flipped[bit >> 3] = flipped[bit >> 3]! ^ (1 << (bit & 7));
        expect(verifies(headers, flipped, published)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('says when: seconds, of this attempt', () => {
    expect(signWebhook({ id: 'x', at: 1_999, body }, [])['webhook-timestamp']).toBe('1');
  });
});
