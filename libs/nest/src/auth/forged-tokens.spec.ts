import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { VirtualClock } from '@kruispunt/clock';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type JWK } from 'jose';
import { issuerKeys, TokenVerifier, type TokenFault } from './token-verifier.js';

const nowS = 1_790_000_000;
const issuer = 'https://issuer.example';
const ours = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
const oursRsa = await generateKeyPair('PS256', { extractable: true });
const theirs = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
const jwks: JWK[] = [
  { ...(await exportJWK(ours.publicKey)), kid: 'ed', alg: 'EdDSA', use: 'sig' },
  { ...(await exportJWK(oursRsa.publicKey)), kid: 'rsa', use: 'sig' },
];
const publicPem = await exportSPKI(oursRsa.publicKey);

const claims = {
  iss: issuer,
  aud: 'kruispunt',
  sub: 'client-1',
  exp: nowS + 600,
  iat: nowS,
  vo_orgcode: 'OVO002067',
  niscode: ['44021'],
  scope: 'kruispunt.publish',
};
const header = { alg: 'EdDSA', kid: 'ed', typ: 'at+jwt' };
type Members = Readonly<Record<string, unknown>>;

const signed = (more: Members = {}, head: Members = {}, key = ours.privateKey): Promise<string> =>
  new SignJWT({ ...claims, ...more }).setProtectedHeader({ ...header, ...head }).sign(key);
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const raw = (head: Members, body: Members, signature = ''): string => `${part(head)}.${part(body)}.${signature}`;
const hmac = (head: Members, secret: string | Buffer): string => {
  const input = `${part(head)}.${part(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
};
const flipped = (token: string): string => token.slice(0, -4) + (token.endsWith('AAAA') ? 'BBBB' : 'AAAA');

const forged: readonly (readonly [what: string, reason: TokenFault, token: () => string | Promise<string>])[] = [
  ['with alg none', 'algorithm', () => raw({ alg: 'none' }, claims)],
  ['with alg None, in another case', 'algorithm', () => raw({ alg: 'nOnE' }, claims, 'AA')],
  ['with HS256 over the public key as PEM', 'algorithm', () => hmac({ alg: 'HS256', kid: 'rsa' }, publicPem)],
  [
    'with HS256 over the public key bytes',
    'algorithm',
    () => hmac({ alg: 'HS256', kid: 'ed' }, Buffer.from(jwks[0]?.x ?? '', 'base64url')),
  ],
  ['with HS256 and an empty secret', 'algorithm', () => hmac({ alg: 'HS256', kid: 'ed' }, '')],
  ['with an algorithm outside the list', 'algorithm', () => raw({ alg: 'RS512', kid: 'rsa' }, claims, 'AA')],
  ['signed by a stranger under our key id', 'signature', () => signed({}, {}, theirs.privateKey)],
  ['with one character of its signature changed', 'signature', async () => flipped(await signed())],
  [
    'with its claims exchanged under a right signature',
    'signature',
    async () => {
      const [head, , signature] = (await signed()).split('.');
      return [head, part({ ...claims, scope: 'kruispunt.admin' }), signature].join('.');
    },
  ],
  ['with a key id that walks the file system', 'unknown-key', () => signed({}, { kid: '../../../etc/passwd' })],
  ['with a key id that asks a database', 'unknown-key', () => signed({}, { kid: "x' union select 'key" })],
  [
    'with a key of another kind than its algorithm',
    'unknown-key',
    () => raw({ alg: 'ES256', kid: 'rsa' }, claims, 'AA'),
  ],
  [
    'that brings its own key',
    'signature',
    async () => signed({}, { jwk: await exportJWK(theirs.publicKey) }, theirs.privateKey),
  ],
  [
    'that says where to fetch its key',
    'signature',
    () => signed({}, { jku: 'https://evil.example/jwks' }, theirs.privateKey),
  ],
  ['with a critical extension we do not know', 'malformed', () => raw({ ...header, crit: ['x'], x: 1 }, claims, 'AA')],
  ['from another issuer', 'issuer', () => signed({ iss: 'https://evil.example' })],
  ['from our issuer with one slash more', 'issuer', () => signed({ iss: `${issuer}/` })],
  ['for another audience', 'audience', () => signed({ aud: 'magda' })],
  ['for an audience that only contains ours', 'audience', () => signed({ aud: ['kruispunt-test'] })],
  ['for no audience at all', 'audience', () => signed({ aud: undefined })],
  ['that has expired', 'expired', () => signed({ exp: nowS - 61 })],
  ['that never expires', 'claims', () => signed({ exp: undefined })],
  ['whose expiry is a text', 'claims', () => signed({ exp: '2999-01-01' })],
  ['that is not valid yet', 'not-yet-valid', () => signed({ nbf: nowS + 120 })],
  ['that was issued in the future', 'not-yet-valid', () => signed({ iat: nowS + 120 })],
  ['of another kind', 'kind', () => signed({}, { typ: 'dpop+jwt' })],
  ['without an organisation', 'claims', () => signed({ vo_orgcode: undefined })],
  ['with an empty organisation', 'claims', () => signed({ vo_orgcode: '' })],
  ['with a line break in its organisation', 'claims', () => signed({ vo_orgcode: 'OVO002067\nx' })],
  ['without a subject', 'claims', () => signed({ sub: undefined })],
  ['without a scope', 'claims', () => signed({ scope: undefined })],
  ['with its scopes as an object', 'claims', () => signed({ scope: { 'kruispunt.admin': true } })],
  ['with a municipality that is no NIS code', 'claims', () => signed({ niscode: ['44021', '*'] })],
  ['with a huge claim', 'too-large', () => signed({ padding: 'x'.repeat(10_000) })],
  ['of two parts', 'malformed', async () => (await signed()).split('.').slice(0, 2).join('.')],
  ['of no JSON', 'malformed', () => 'bm90.anNvbg.AA'],
];

describe('forged tokens', () => {
  let server: Server;
  let verifier: TokenVerifier;
  const clock = new VirtualClock(nowS * 1_000);
  const verdictOn = (token: string) => verifier.verify(`Bearer ${token}`);

  beforeAll(async () => {
    server = createServer((_request, response) => void response.end(JSON.stringify({ keys: jwks })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    verifier = new TokenVerifier(
      issuer,
      issuerKeys(`http://127.0.0.1:${(server.address() as { port: number }).port}/`),
      clock,
    );
  });
  afterAll(() => void server.close());

  it.each(forged)('refuses a token %s', async (_what, reason, token) => {
    const verdict = await verdictOn(await token());
    expect(verdict).toMatchObject({ kind: 'refused', because: { slug: 'unauthenticated', fields: { reason } } });
  });

  it.each([
    [undefined, 'missing'],
    ['', 'malformed'],
    ['Basic YTpi', 'malformed'],
    ['Bearer', 'malformed'],
    ['Bearer a b', 'malformed'],
    [`Bearer ${'x'.repeat(9_000)}`, 'too-large'],
  ])('refuses the header %p', async (authorization, reason) => {
    expect(await verifier.verify(authorization)).toMatchObject({ kind: 'refused', because: { fields: { reason } } });
  });

  it('accepts a right token of each listed key kind, within a minute of leeway', async () => {
    const caller = { organisation: 'OVO002067', nis: ['44021'], scopes: ['kruispunt.publish'], subject: 'client-1' };
    expect(await verdictOn(await signed({ exp: nowS - 30 }))).toEqual({ kind: 'caller', caller });
    const rsa = await signed({}, { alg: 'PS256', kid: 'rsa' }, oursRsa.privateKey);
    expect(await verdictOn(rsa)).toEqual({ kind: 'caller', caller });
    expect(await verdictOn(await signed({ niscode: undefined }))).toMatchObject({ caller: { nis: [] } });
  });

  it('does not take a remembered token beyond its expiry', async () => {
    const token = await signed({ exp: nowS + 10 });
    expect(await verdictOn(token)).toMatchObject({ kind: 'caller' });
    await clock.advance(100_000);
    expect(await verdictOn(token)).toMatchObject({ kind: 'refused', because: { fields: { reason: 'expired' } } });
  });

  it('blames itself and not the token when the keys of the issuer cannot be had', async () => {
    const deaf = new TokenVerifier(issuer, issuerKeys('http://127.0.0.1:1/'), new VirtualClock(nowS * 1_000));
    expect(await deaf.verify(`Bearer ${await signed()}`)).toMatchObject({
      kind: 'refused',
      because: { slug: 'issuer-unavailable', status: 503 },
    });
  });
});
