import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readOrganisations } from './publish/organisations.js';
import { readSigningKey, ReceiptSigner } from './receipt/receipt-signer.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'start-files-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const fileOf = async (content: unknown): Promise<string> => {
  const file = join(folder, `${Math.random()}.json`);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
};
const ed25519 = generateKeyPairSync('ed25519');

describe('the signing key', () => {
  it('signs a compact JWS that its published half verifies', async () => {
    const signer = new ReceiptSigner(await readSigningKey(await fileOf(ed25519.privateKey.export({ format: 'jwk' }))));
    const [head = '', body = '', signature = ''] = signer.sign({ eventId: 'e' } as never).split('.');
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({
      alg: 'EdDSA',
      kid: signer.jwk.kid,
      typ: 'kruispunt-receipt+json',
    });
    expect(verify(null, Buffer.from(`${head}.${body}`), ed25519.publicKey, Buffer.from(signature, 'base64url'))).toBe(
      true,
    );
    expect(signer.jwk).not.toHaveProperty('d');
  });

  it.each([
    ['nothing', ''],
    ['no file', '/nowhere/key.jwk'],
    ['a public key', ed25519.publicKey.export({ format: 'jwk' })],
    ['another kind of key', generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' })],
    ['no key', 'x'],
  ])('refuses the start with %s, saying which setting', async (_, content) => {
    const file = typeof content === 'string' && content !== 'x' ? content : await fileOf(content);
    await expect(readSigningKey(file)).rejects.toMatchObject({
      slug: 'invalid-request',
      fields: { at: 'KP_SIGNING_KEY_FILE' },
    });
  });
});

describe('the table of organisations', () => {
  it('is empty without a file, and else what the file says', async () => {
    const table = [
      { organisation: 'OVO000001', roles: ['politiezone'], sources: ['urn:x:'] },
      { organisation: 'OVO000002', roles: [] },
    ];
    expect(await readOrganisations('')).toEqual([]);
    expect(await readOrganisations(await fileOf(table))).toEqual(table);
  });

  it.each([
    ['no list', {}],
    ['an unknown member', [{ organisation: 'OVO000001', roles: [], territory: 'all' }]],
    ['a source that fits everything', [{ organisation: 'OVO000001', roles: [], sources: [''] }]],
    ['a key that occurs twice', '[{"organisation":"a","organisation":"b","roles":[]}]'],
    ['no JSON', '['],
  ])('refuses the start with %s', async (_, content) => {
    await expect(readOrganisations(await fileOf(content))).rejects.toMatchObject({
      slug: 'invalid-request',
      fields: { at: 'KP_PUBLISH_ORGANISATIONS_FILE' },
    });
  });
});
