import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';

/** A private Ed25519 key (JWK) in `file`, mode 0600; made once. */
export async function ensureSigningKey(file: string): Promise<string> {
  if (existsSync(file)) return file;
  await mkdir(dirname(file), { recursive: true });
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  await writeFile(file, JSON.stringify({ ...(await exportJWK(privateKey)), alg: 'EdDSA', kid: 'kruispunt-1' }));
  await chmod(file, 0o600);
  return file;
}
