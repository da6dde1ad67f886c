import { createHmac, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { httpbis } from 'http-message-signatures';
import { EndpointKeys } from './endpoint-keys.js';
import { contentDigest, signatureBase, signHttpMessage } from './sign-http-message.js';

// The request and the keys of RFC 9421, appendix B.
const url = 'https://example.com/foo?param=Value&Pet=dog';
const headers = {
  host: 'example.com',
  date: 'Tue, 20 Apr 2021 02:07:55 GMT',
  'content-type': 'application/json',
  'content-length': '18',
};
const request = { method: 'POST', url, headers };
const edwards = createPrivateKey(
  '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----\n',
);
const shared = Buffer.from(
  'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==',
  'base64',
);

describe('RFC 9421, appendix B', () => {
  it('B.2.5: the base of a signature with a shared secret gives the signature that stands there', () => {
    const parameters = '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"';
    const base = signatureBase(['date', '@authority', 'content-type'], parameters, request);
    expect(createHmac('sha256', shared).update(base).digest('base64')).toBe(
      'pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=',
    );
  });

  it('B.2.6: the base of an Ed25519 signature gives the signature that stands there', () => {
    const parameters =
      '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"';
    const covered = ['date', '@method', '@path', '@authority', 'content-type', 'content-length'];
    expect(sign(null, Buffer.from(signatureBase(covered, parameters, request)), edwards).toString('base64')).toBe(
      'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
    );
  });
});

it('RFC 9530: the digest of the content is the one that stands in its examples', () => {
  expect(contentDigest(Buffer.from('{"hello": "world"}\n'))).toBe(
    'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:',
  );
});

const keys = new EndpointKeys(Buffer.alloc(32, 7));
const body = Buffer.from('{"specversion":"1.0","id":"e-1"}');
const spki = Buffer.from('302a300506032b6570032100', 'hex');
const message = {
  method: 'POST',
  url: 'https://hook.example/in?x=1',
  headers: { 'content-type': 'application/cloudevents+json; charset=utf-8', 'webhook-id': 'e-1', kpsubscription: 's' },
  body,
  at: Date.now(),
};
const key = (version: number) => ({ keyid: `s/${version}`, key: keys.key('s', version, 'rfc9421') });

/** What a receiver does, with somebody else's library: find the key by its name, verify the base that the library makes. */
async function accepts(sent: typeof message, published: Readonly<Record<string, string>>): Promise<boolean> {
  const signed = { ...sent.headers, ...signHttpMessage(message, [key(2), key(1)]) };
  if (signed['content-digest'] !== contentDigest(sent.body)) return false;
  const verdict = await httpbis
    .verifyMessage(
      {
        keyLookup: ({ keyid }) => {
          const known = published[String(keyid)];
          if (known === undefined) return Promise.resolve(null);
          const der = Buffer.concat([spki, Buffer.from(known.slice('whpk_'.length), 'base64')]);
          const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' });
          return Promise.resolve({
            id: String(keyid),
            algs: ['ed25519'],
            verify: (data, signature) => Promise.resolve(verify(null, data, publicKey, signature)),
          });
        },
        requiredFields: ['@method', '@target-uri', 'content-digest', 'webhook-id'],
      },
      { method: sent.method, url: sent.url, headers: signed },
    )
    .catch(() => false);
  return verdict === true;
}

describe('signHttpMessage', () => {
  const published = (version: number) => ({ [`s/${version}`]: keys.key('s', version, 'rfc9421').published });

  it('is verified by an independent library, with the new key and with the old one', async () => {
    expect(await accepts(message, published(2))).toBe(true);
    expect(await accepts(message, published(1))).toBe(true);
    expect(await accepts(message, { ...published(1), ...published(2) })).toBe(true);
  });

  it('is not verified with the key of another endpoint, nor for another method, target, header or content', async () => {
    const foreign = { 's/2': keys.key('other', 2, 'rfc9421').published };
    expect(await accepts(message, foreign)).toBe(false);
    const headersBut = { ...message.headers, 'webhook-id': 'e-2' };
    for (const forged of [{ method: 'PUT' }, { url: 'https://hook.example/in?x=2' }, { headers: headersBut }])
      expect(await accepts({ ...message, ...forged }, published(2))).toBe(false);
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length * 8 - 1), async (bit) => {
        const flipped = Buffer.from(body);
        flipped[bit >> 3] = flipped[bit >> 3]! ^ (1 << (bit & 7));
        expect(await accepts({ ...message, body: flipped }, published(2))).toBe(false);
      }),
      { numRuns: 25 },
    );
  });

  it('signs nothing that is not there', () => {
    expect(() => signatureBase(['x-missing'], '("x-missing")', request)).toThrow(RangeError);
  });
});
