import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { LogPosition, LoggedRecord } from '@kruispunt/event';

/**
 * Keeps a record unreadable to whoever holds only the database: AES-256-GCM, a fresh nonce each, bound to its place in the log. The key is
 * derived from the process's own. Layout: nonce (12) · tag (16) · text.
 */
export class Seal {
  private readonly key: Buffer;

  constructor(seed: Uint8Array) {
    this.key = Buffer.from(hkdfSync('sha256', seed, '', 'kruispunt/parked', 32));
  }

  close(record: LoggedRecord): Uint8Array {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(placeOf(record));
    const text = JSON.stringify({
      key: record.key === null ? null : Buffer.from(record.key).toString('base64'),
      value: record.value === null ? null : Buffer.from(record.value).toString('base64'),
      headers: record.headers,
      timestamp: record.timestamp,
    });
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** undefined when it is not ours, not of this place, or altered. */
  open(sealed: Uint8Array, at: LogPosition): LoggedRecord | undefined {
    const bytes = Buffer.from(sealed);
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, 12))
        .setAAD(placeOf(at))
        .setAuthTag(bytes.subarray(12, 28));
      const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
      const { key, value, headers, timestamp } = JSON.parse(text) as {
        key: string | null;
        value: string | null;
        headers: Record<string, string>;
        timestamp: number;
      };
      const { topic, partition, offset } = at;
      const binary = (base64: string | null) => (base64 === null ? null : Buffer.from(base64, 'base64'));
      return { topic, partition, offset, key: binary(key), value: binary(value), headers, timestamp };
    } catch {
      return undefined;
    }
  }
}

const placeOf = ({ topic, partition, offset }: LogPosition): Buffer => Buffer.from(`${topic}\n${partition}\n${offset}`);
