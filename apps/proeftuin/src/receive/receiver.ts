import { createServer, type IncomingMessage, type Server } from 'node:http';

/** One delivery as a receiver saw it. `at` is ms since the epoch. */
export interface Received {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly at: number;
  readonly replay: string | undefined;
  readonly attempt: number;
  readonly event: Readonly<Record<string, unknown>>;
  readonly fields: readonly string[];
}

/** Checks a signature over the raw body; false means: answer 401. */
export type Verify = (headers: Readonly<Record<string, string>>, body: string) => Promise<boolean>;

/**
 * A subscriber's endpoint: answers 401 without our signature, 2xx with it, remembers what it got, and can be broken on purpose: closed (no one
 * listens), or refusing one event by its own judgement.
 */
export class Receiver {
  readonly received: Received[] = [];
  /** Deliveries whose signature did not verify. */
  unsigned = 0;
  private server: Server | undefined;
  private verify: Verify = () => Promise.resolve(false);
  /** Events this receiver cannot take (answers 422), until told otherwise. */
  refuses: (event: Received) => boolean = () => false;

  constructor(
    readonly name: string,
    private readonly port: number,
    private readonly path: string = `/${name}`,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}${this.path}`;
  }

  trust(verify: Verify): void {
    this.verify = verify;
  }

  /** Starts to listen on its own port; a receiver that shares a port is opened by `listen` of the first. */
  async open(): Promise<void> {
    const server = createServer((request, response) => {
      void this.take(request).then(
        (status) => response.writeHead(status).end(),
        () => response.writeHead(500).end(),
      );
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.server = server;
  }

  /** Nobody listens any more: connections are refused. */
  async close(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (!server) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  async take(request: IncomingMessage): Promise<number> {
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    let body = '';
    for await (const chunk of request) body += String(chunk);
    if (headers['webhook-signature'] === undefined || !(await this.verify(headers, body))) {
      this.unsigned += 1;
      return 401;
    }
    const event = JSON.parse(body) as Record<string, unknown>;
    if (String(event['id']).startsWith('probe-')) return 204;
    const delivery: Received = {
      id: String(event['id']),
      type: String(event['type']),
      subject: typeof event['subject'] === 'string' ? event['subject'] : '',
      at: Date.now(),
      replay: headers['kpreplay'],
      attempt: Number(headers['kpattempt'] ?? 1),
      event,
      fields: Object.keys(event['data'] ?? {}),
    };
    if (this.refuses(delivery)) return 422;
    this.received.push(delivery);
    return 204;
  }

  /** Ids that came more than once. */
  duplicates(): readonly string[] {
    const seen = new Set<string>();
    return this.received.flatMap(({ id }) => (seen.has(id) ? [id] : (seen.add(id), [])));
  }

  /** What came first of each id, in order of arrival. */
  first(): readonly Received[] {
    const seen = new Set<string>();
    return this.received.filter(({ id }) => (seen.has(id) ? false : (seen.add(id), true)));
  }
}
