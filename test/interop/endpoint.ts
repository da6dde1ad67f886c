import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came in: the exact bytes, header names in lower case. */
export interface Call {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Endpoint {
  readonly url: string;
  /** Every call that was taken, in order. */
  readonly taken: readonly Call[];
  close(): Promise<void>;
}

/** An HTTP endpoint on loopback; `judge` gives the status of each call, and what it answers 2xx is taken. */
export async function openEndpoint(judge: (call: Call) => number | Promise<number>): Promise<Endpoint> {
  const taken: Call[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = { headers: request.headers, body: Buffer.concat(chunks) };
      void Promise.resolve(judge(call)).then((status) => {
        if (status < 300) taken.push(call);
        response.writeHead(status).end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    taken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
