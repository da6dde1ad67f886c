import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JSONWebKeySet } from 'jose';
import { isReceiptFor, verifyReceipt } from './receipt.js';
import { verifyWebhook } from './verify-webhook.js';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');
const jwk = (key: typeof publicKey, kid: string) => ({ ...key.export({ format: 'jwk' }), kid, alg: 'EdDSA' });
const keys = { keys: [jwk(other.publicKey, 'old'), jwk(publicKey, 'now')] } as JSONWebKeySet;
const b64 = (value: string | Uint8Array) => Buffer.from(value).toString('base64url');

const receipt = {
  eventId: 'e-1',
  source: 'urn:be:kbo:0999990024:systeem:x',
  type: 't',
  topic: 'be.x.v1',
  partition: 2,
  offset: 41,
  valueSha256: createHash('sha256').update('value').digest('hex'),
  acceptedAt: '2026-03-02T09:20:00.000Z',
  org: '0999990024',
};
const jws = (claims: unknown = receipt, head: Record<string, string> = {}, key = privateKey) => {
  const signed = `${b64(JSON.stringify({ alg: 'EdDSA', kid: 'now', typ: 'kruispunt-receipt+json', ...head }))}.${b64(JSON.stringify(claims))}`;
  return `${signed}.${b64(sign(null, Buffer.from(signed), key))}`;
};

describe('a receipt', () => {
  it('verifies offline with the published keys, and is for those bytes only', async () => {
    expect(await verifyReceipt(jws(), keys)).toEqual({ kind: 'valid', receipt });
    expect(await isReceiptFor(receipt, Buffer.from('value'))).toBe(true);
    expect(await isReceiptFor(receipt, Buffer.from('valuf'))).toBe(false);
  });

  it.each([
    ['an unknown key', jws(receipt, { kid: 'x' }), 'unknown-key'],
    ['another key than it names', jws(receipt, { kid: 'old' }), 'signature'],
    ['another algorithm', jws(receipt, { alg: 'none' }), 'malformed'],
    ['another kind of signature', jws(receipt, { typ: 'JWT' }), 'malformed'],
    ['missing claims', jws({ eventId: 'e-1' }), 'malformed'],
    ['no JWS at all', 'abc', 'malformed'],
  ])('is not valid with %s', async (_, signed, reason) =>
    expect(await verifyReceipt(signed, keys)).toEqual({ kind: 'invalid', reason }),
  );

  it('is not valid with any claim changed under the same signature', async () => {
    const [head, , signature] = jws().split('.');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(receipt)),
        fc.oneof(fc.string(), fc.nat()),
        async (name, value) => {
          fc.pre(value !== receipt[name as keyof typeof receipt]);
          const forged = `${head}.${b64(JSON.stringify({ ...receipt, [name]: value }))}.${signature}`;
          expect((await verifyReceipt(forged, keys)).kind).toBe('invalid');
        },
      ),
    );
  });
});

describe('a webhook', () => {
  const now = Date.parse('2026-03-02T09:20:00Z');
  const publicKeys = [other.publicKey, publicKey].map(
    (key) => `whpk_${Buffer.from(String(key.export({ format: 'jwk' }).x), 'base64url').toString('base64')}`,
  );
  const body = new TextEncoder().encode('{"id":"e-1"}');
  const delivery = (at = now, id = 'e-1') => {
    const timestamp = String(Math.floor(at / 1_000));
    const signature = sign(null, Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]), privateKey).toString(
      'base64',
    );
    return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,AAAA v1a,${signature}` };
  };
  const check = (headers: Record<string, string>, bytes = body) =>
    verifyWebhook({ headers, body: bytes }, { publicKeys, now });

  it('is Kruispunt’s own when one of the signatures fits one of the keys', async () => {
    expect(await check(delivery())).toEqual({ kind: 'valid', id: 'e-1', event: { id: 'e-1' } });
  });

  it.each([
    ['too old', delivery(now - 301_000), 'too-old'],
    ['from the future', delivery(now + 301_000), 'too-new'],
    ['without a signature', { ...delivery(), 'webhook-signature': '' }, 'signature'],
    ['with the id of another', { ...delivery(), 'webhook-id': 'e-2' }, 'signature'],
    ['without a timestamp', { 'webhook-id': 'e-1', 'webhook-signature': 'v1a,AA' }, 'headers'],
  ])('is refused %s', async (_, headers, reason) =>
    expect(await check(headers as Record<string, string>)).toEqual({ kind: 'invalid', reason }),
  );

  it('is refused when any bit of its body was changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: body.length * 8 - 1 }), async (bit) => {
        const changed = Uint8Array.from(body);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(await check(delivery(), changed)).toEqual({ kind: 'invalid', reason: 'signature' });
      }),
    );
  });
});
