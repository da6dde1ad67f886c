import { createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const spki = Buffer.from('302a300506032b6570032100', 'hex');

/** One event as it arrived. */
export interface Got {
  readonly id: string;
  readonly key: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly event: { readonly data: Record<string, unknown>; readonly [name: string]: unknown };
}

/** An endpoint as a subscriber would have it: refuses what we did not sign; takes single events and batches. */
export class SignedReceiver {
  readonly got: Got[] = [];
  keys: readonly string[] = [];
  answer: (got: Got) => number = () => 204;
  /** How many events came in each request that was taken. */
  readonly sizes: number[] = [];
  private server: Server | undefined;
  port = 0;

  async listen(): Promise<void> {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => response.writeHead(this.take(request.headers, Buffer.concat(chunks))).end());
    });
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }
  async close(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise<void>((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
  }
  private take(headers: IncomingHttpHeaders, body: Buffer): number {
    const signed = Buffer.concat([
      Buffer.from(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.`),
      body,
    ]);
    const signatures = [...String(headers['webhook-signature']).matchAll(/v1a,(\S+)/g)].map(([, one]) => one!);
    const valid = this.keys.some((key) =>
      signatures.some((signature) =>
        verify(
          null,
          signed,
          createPublicKey({
            key: Buffer.concat([spki, Buffer.from(key.slice(5), 'base64')]),
            format: 'der',
            type: 'spki',
          }),
          Buffer.from(signature, 'base64'),
        ),
      ),
    );
    if (!valid) return 401;
    const json = JSON.parse(body.toString()) as Got['event'] | Got['event'][];
    const all = (Array.isArray(json) ? json : [json]).map((event): Got => {
      const key = String(event['subject']).split(':').at(-1)!;
      return { id: String(event['id']), key, headers, body, event };
    });
    if (all[0]!.id.startsWith('probe-')) return 204;
    const status = all.map((got) => this.answer(got)).find((one) => one >= 300) ?? 204;
    if (status < 300) {
      this.got.push(...all);
      this.sizes.push(all.length);
    }
    return status;
  }
  get ids(): readonly string[] {
    return this.got.map(({ id }) => id);
  }
}
