import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifyWebhook } from '@kruispunt/sdk';

/** One signed delivery as it came over the wire. */
export interface Delivery {
  readonly id: string;
  /** The last part of the event's subject. */
  readonly key: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly event: Readonly<Record<string, unknown>> & { readonly data: Readonly<Record<string, unknown>> };
  /** What it was answered; undefined as long as it was not. */
  status: number | undefined;
}

/** An endpoint as a subscriber has it: it takes only what verifies with its key, and can be told to fail. */
export class Receiver {
  /** What was answered 2xx, in order of arrival. */
  readonly taken: Delivery[] = [];
  /** What arrived with our signature, whatever it was answered. */
  readonly arrived: Delivery[] = [];
  /** The status of the answer; `hang` never answers. */
  answer: (delivery: Delivery) => number | 'hang' | Promise<number | 'hang'> = () => 204;
  publicKeys: readonly string[] = [];
  private server: Server | undefined;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Listens: at first on any free port, later on the same one again. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => void this.take(request.headers, Buffer.concat(chunks), response));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Nobody listens any more: connections are refused, open ones are cut. */
  async close(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (!server) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  /** How often each of `ids` was taken. */
  times(ids: readonly string[]): readonly number[] {
    return ids.map((id) => this.taken.filter((delivery) => delivery.id === id).length);
  }

  has(ids: readonly string[]): boolean {
    const taken = new Set(this.taken.map(({ id }) => id));
    return ids.every((id) => taken.has(id));
  }

  private async take(headers: IncomingHttpHeaders, body: Buffer, response: ServerResponse): Promise<void> {
    const { publicKeys } = this;
    if ((await verifyWebhook({ headers, body }, { publicKeys })).kind !== 'valid')
      return void response.writeHead(401).end();
    const event = JSON.parse(body.toString()) as Delivery['event'];
    const id = String(event['id']);
    if (id.startsWith('probe-')) return void response.writeHead(204).end();
    const key = String(event['subject']).split(/[:/]/).at(-1) ?? '';
    const delivery: Delivery = { id, key, headers, body, event, status: undefined };
    this.arrived.push(delivery);
    const status = await this.answer(delivery);
    if (status === 'hang') return;
    delivery.status = status;
    if (status < 300) this.taken.push(delivery);
    response.writeHead(status).end();
  }
}
