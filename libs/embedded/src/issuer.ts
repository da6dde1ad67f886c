import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';

/** What a token says: the organisation (`vo_orgcode`), its territory (`niscode`), what it may do, and who or what system holds it. */
export interface TokenClaims {
  readonly organisation: string;
  readonly nis?: readonly string[];
  readonly scopes: readonly string[];
  readonly subject: string;
  readonly expiresInS?: number;
}

/** A client of the proving ground: its id, its secret, and the claims its tokens carry. */
export interface IssuerClient extends TokenClaims {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface RunningIssuer {
  readonly url: string;
  readonly jwksUrl: string;
  token(claims: TokenClaims): Promise<string>;
  stop(): Promise<void>;
}

const audience = 'kruispunt';

async function sign(key: CryptoKey, issuer: string, claims: TokenClaims): Promise<string> {
  return new SignJWT({ vo_orgcode: claims.organisation, niscode: claims.nis ?? [], scope: claims.scopes.join(' ') })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'proeftuin' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(claims.subject)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${claims.expiresInS ?? 3_600}s`)
    .sign(key);
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > 8_192) break;
  }
  return new URLSearchParams(body);
}

/**
 * A token issuer for the proving ground and for tests, never elsewhere: JWKS at `/.well-known/jwks.json`, client credentials at
 * `POST /token`. Its key lives as long as the process, so a token never outlives the day it was made for.
 */
export async function startIssuer(options: {
  readonly port: number;
  readonly clients?: readonly IssuerClient[];
}): Promise<RunningIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'proeftuin', alg: 'EdDSA', use: 'sig' };
  let url = '';
  const answer = (response: ServerResponse, status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

  const server = createServer((request, response) => {
    void (async () => {
      if (request.method === 'GET' && request.url === '/.well-known/jwks.json')
        return answer(response, 200, { keys: [jwk] });
      if (request.method !== 'POST' || request.url !== '/token') return answer(response, 404, { error: 'not_found' });
      const form = await formOf(request);
      const client = options.clients?.find(
        (c) => c.clientId === form.get('client_id') && c.clientSecret === form.get('client_secret'),
      );
      if (!client) return answer(response, 401, { error: 'invalid_client' });
      return answer(response, 200, {
        access_token: await sign(privateKey, url, client),
        token_type: 'Bearer',
        expires_in: client.expiresInS ?? 3_600,
      });
    })().catch(() => answer(response, 400, { error: 'invalid_request' }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : options.port}`;
  return {
    url,
    jwksUrl: `${url}/.well-known/jwks.json`,
    token: (claims) => sign(privateKey, url, claims),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
