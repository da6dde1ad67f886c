import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { problem } from '@kruispunt/problem';

/** How far one page came in one partition, and what became of what matched there. */
export interface PageMove {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly delivered: number;
  readonly suppressed: Readonly<Record<string, number>>;
  /** Offsets of events of which nobody can tell whether they may leave. */
  readonly untold: readonly number[];
}

const cursorCharsMax = 16_384;

/** Opaque cursors, signed and bound to one subscription: a subscriber can keep one, and can change nothing in it. */
export class Cursors {
  private readonly key: Buffer;

  constructor(seed: Uint8Array) {
    this.key = Buffer.from(hkdfSync('sha256', seed, '', 'kruispunt/cursor', 32));
  }

  write(subscription: string, moves: readonly PageMove[]): string {
    const compact = moves.map((m) => [m.topic, m.partition, m.from, m.to, m.delivered, m.suppressed, m.untold]);
    const body = Buffer.from(JSON.stringify(compact)).toString('base64url');
    return `${body}.${this.sign(subscription, body)}`;
  }

  /** Throws `invalid-request` for what we did not give to this subscription. */
  read(subscription: string, cursor: string): readonly PageMove[] {
    const [body = '', signature = ''] = cursor.length > cursorCharsMax ? [] : cursor.split('.');
    const [given, expected] = [Buffer.from(signature), Buffer.from(this.sign(subscription, body))];
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw problem('invalid-request', { at: 'cursor', reason: 'not a cursor of this subscription' });
    const compact = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as [
      string,
      number,
      number,
      number,
      number,
      Record<string, number>,
      number[],
    ][];
    return compact.map(([topic, partition, from, to, delivered, suppressed, untold]) => ({
      topic,
      partition,
      from,
      to,
      delivered,
      suppressed,
      untold,
    }));
  }

  private sign(subscription: string, body: string): string {
    return createHmac('sha256', this.key).update(`${subscription}.${body}`).digest('base64url');
  }
}
