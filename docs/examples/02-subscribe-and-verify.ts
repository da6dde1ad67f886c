import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { verifyWebhook, type ReceivedEvent } from '@kruispunt/sdk';

/** Where subscriptions are managed, a token with `kruispunt.subscribe`, and the port our own endpoint listens on. */
export interface Subscriber {
  readonly deliveryGateway: string;
  readonly token: string;
  readonly port: number;
}

/** A map service wants every permit application: it opens an endpoint, subscribes it, and takes only what Kruispunt signed for it. */
export async function subscribeAndVerify(
  { deliveryGateway, token, port }: Subscriber,
  take: (event: ReceivedEvent) => boolean,
) {
  const publicKeys: string[] = [];
  const seen = new Set<string>();

  const server = createServer((request, response) => {
    void (async () => {
      const verdict = await verifyWebhook({ headers: request.headers, body: await buffer(request) }, { publicKeys });
      if (verdict.kind === 'invalid') return response.writeHead(401).end();
      // At least once: an id that was done before is answered with yes, and not done again. A probe asks whether we check signatures.
      if (seen.has(verdict.id) || verdict.id.startsWith('probe-')) return response.writeHead(204).end();
      const done = take(verdict.event as ReceivedEvent);
      if (done) seen.add(verdict.id);
      return response.writeHead(done ? 204 : 422).end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  const subscription = await ask('/v1/subscriptions', {
    name: 'kaart-aanvragen',
    hoedanigheid: 'kaart',
    types: ['be.vlaanderen.omgeving.aanvraag-ingediend.v1'],
    // Only the proving ground opens a loopback address; elsewhere an endpoint is public and https.
    endpoint: { url: `http://127.0.0.1:${port}/hook`, exceptions: [{ cidr: '127.0.0.1/32', days: 1 }] },
  });
  publicKeys.push(...subscription.endpoint.keys.map(({ key }) => key));
  await ask(`/v1/subscriptions/${subscription.id}/probe`, {});
  return { id: subscription.id, close: () => server.close() };

  async function ask(path: string, wish: object): Promise<{ id: string; endpoint: { keys: { key: string }[] } }> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(new URL(path, deliveryGateway), { method: 'POST', headers, body: JSON.stringify(wish) });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as { id: string; endpoint: { keys: { key: string }[] } };
  }
}
