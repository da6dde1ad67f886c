import { readFile } from 'node:fs/promises';
import { problem } from '@kruispunt/problem';

/** The 32 bytes of the process's private Ed25519 key (a JWK): endpoint keys, cursors and seals are derived from it. Throws `invalid-request` at the start. */
export async function readSeed(file: string): Promise<Uint8Array> {
  const unusable = (reason: string, cause?: unknown) =>
    problem('invalid-request', { at: 'KP_SIGNING_KEY_FILE', reason }, cause);
  if (file === '') throw unusable('is missing: deliveries must be signed');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unusable('cannot be read', cause);
  });
  const seed = seedOf(text);
  if (seed?.length !== 32) throw unusable('is not a private Ed25519 key (JWK)');
  return seed;
}

function seedOf(text: string): Buffer | undefined {
  try {
    const { kty, crv, d } = JSON.parse(text) as { kty?: unknown; crv?: unknown; d?: unknown };
    return kty === 'OKP' && crv === 'Ed25519' && typeof d === 'string' ? Buffer.from(d, 'base64url') : undefined;
  } catch {
    return undefined;
  }
}
