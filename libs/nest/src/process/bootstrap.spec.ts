import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { port } from '@kruispunt/config';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { CallerParam, Public, RequireScope } from '../auth/access.js';
import type { KillSwitch } from '../auth/kill-switch.js';
import { routesOf } from '../auth/routes-of.js';
import { BodyBytes, JsonBody, type JsonObject } from '../http/body.js';
import { bootstrap, type RunningApp } from './bootstrap.js';
import type { Composition, ProcessContext } from './composition.js';

const config = { port: port({ env: 'KP_SAMPLE_PORT', default: 0, doc: 'Any free port.' }) };

let enter = (): void => undefined;
const entered = new Promise<void>((resolve) => (enter = resolve));

@Controller('v1/sample')
class SampleController {
  @Public() @Post('bytes') bytes(@BodyBytes() bytes: Buffer): unknown {
    return { hex: bytes.toString('hex') };
  }
  @Public() @Post('json') json(@JsonBody() body: JsonObject): unknown {
    return body;
  }
  @RequireScope('kruispunt.publish') @Get('me') me(@CallerParam() caller: Caller): Caller {
    return caller;
  }
  @Public() @Get('busy') busy(): never {
    throw problem('log-unavailable', { retryAfterS: 7 });
  }
  @Public() @Get('slow') async slow(): Promise<unknown> {
    enter();
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { finished: true };
  }
  @Public() @Get('bug') bug(): never {
    throw new TypeError('secret of 85.67.30-033.61');
  }
  @Public() @Get('echo') echo(): never {
    throw problem('invalid-request', { at: 'person 85673003361' });
  }
}

@Module({ controllers: [SampleController] })
class SampleModule {}

const keys = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
const lines: string[] = [];
const jwks = createServer((_request, response) => {
  void exportJWK(keys.publicKey).then((jwk) =>
    response.end(JSON.stringify({ keys: [{ ...jwk, kid: 'k', alg: 'EdDSA' }] })),
  );
});
let issuerUrl = '';

const env = (): Record<string, string> => ({
  KAFKA_BROKERS: '127.0.0.1:1',
  DATABASE_URL: 'postgres://kruispunt:hush@127.0.0.1:1/kruispunt',
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1',
  KP_ISSUER_URL: issuerUrl,
  KP_ISSUER_JWKS_URL: `${issuerUrl}/jwks`,
});

type Context = ProcessContext<typeof config>;
const startSample = (
  compose: (context: Context) => Composition,
  more: Record<string, string> = {},
): Promise<RunningApp> =>
  bootstrap(compose, {
    name: 'sample',
    config,
    env: { ...env(), ...more },
    port: (settings) => settings.port,
    telemetry: { to: { write: (line) => void lines.push(line) } },
    ownsProcess: false,
  });

const token = (scope: string): Promise<string> =>
  new SignJWT({ vo_orgcode: 'OVO002067', niscode: '44021', scope })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'k' })
    .setIssuer(issuerUrl)
    .setAudience('kruispunt')
    .setSubject('client-1')
    .setExpirationTime('1h')
    .sign(keys.privateKey);

describe('bootstrap', () => {
  let running: RunningApp;
  let healthy = true;
  const closed: string[] = [];

  beforeAll(async () => {
    await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
    issuerUrl = `http://127.0.0.1:${(jwks.address() as { port: number }).port}`;
    running = await startSample(({ readiness, lifecycle }) => {
      readiness.add('log', () => healthy);
      lifecycle.onClose('first', () => void closed.push('first'));
      lifecycle.onClose('second', () => void closed.push('second'));
      return { module: SampleModule };
    });
  });
  afterAll(() => void jwks.close());

  const call = (path: string, init: RequestInit = {}): Promise<Response> => fetch(running.url + path, init);
  const problemAt = async (path: string, init: RequestInit = {}): Promise<Record<string, unknown>> => {
    const response = await call(path, init);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    return { headers: response.headers, ...((await response.json()) as object) };
  };

  it('tells its effective configuration once, with secrets masked', () => {
    const started = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'process started');
    expect(started).toHaveLength(1);
    expect(started[0]?.['config']).toMatchObject({ databaseUrl: '***', mode: 'production', host: '127.0.0.1' });
    expect(lines.join('')).not.toContain('hush');
  });

  it('hands every listed content type over as the bytes that were sent', async () => {
    for (const type of [
      'application/cloudevents+json; charset=utf-8',
      'application/json',
      'avro/binary',
      'application/octet-stream',
    ]) {
      const response = await call('/v1/sample/bytes', {
        method: 'POST',
        headers: { 'content-type': type },
        body: new Uint8Array([0, 255, 123]),
      });
      expect(await response.json()).toEqual({ hex: '00ff7b' });
    }
  });

  it('reads ordinary JSON strictly, and says what is wrong', async () => {
    const post = (body: string, type = 'application/json') =>
      problemAt('/v1/sample/json', { method: 'POST', headers: { 'content-type': type }, body });
    expect(await post('{"a":1')).toMatchObject({ status: 400, slug: 'not-json' });
    expect(await post('{"a":1,"a":2}')).toMatchObject({ slug: 'duplicate-key' });
    expect(await post('['.repeat(40) + ']'.repeat(40))).toMatchObject({ slug: 'too-deep' });
    expect(await post('[]')).toMatchObject({ slug: 'invalid-request' });
    expect(await post('{}', 'avro/binary')).toMatchObject({ status: 415, slug: 'unsupported-content-type' });
  });

  it('refuses other content types and bodies beyond the limit, naming what is accepted', async () => {
    const post = (type: string, body: string) =>
      problemAt('/v1/sample/bytes', { method: 'POST', headers: { 'content-type': type }, body });
    expect((await post('text/xml', '<a/>'))['accepted']).toContain('application/cloudevents+json');
    expect(await post('application/json', 'x'.repeat(1_048_577))).toMatchObject({
      status: 413,
      slug: 'body-too-large',
      limit: 1_048_576,
    });
  });

  it('gives the problem in the language that was asked, Dutch otherwise, with the request id', async () => {
    const dutch = await problemAt('/nowhere');
    expect(dutch).toMatchObject({ status: 404, slug: 'not-found', title: 'Niet gevonden' });
    expect(dutch['instance']).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    const english = await problemAt('/nowhere', {
      headers: { 'accept-language': 'fr, en-GB;q=0.8, nl;q=0.1', 'request-id': 'forged' },
    });
    expect(english).toMatchObject({ title: 'Not found' });
  });

  it('tells a wrong method from a wrong path', async () => {
    const wrong = await problemAt('/v1/sample/me?x=1', { method: 'DELETE' });
    expect(wrong).toMatchObject({ status: 405, slug: 'method-not-allowed', allowed: ['GET'] });
    expect((wrong['headers'] as Headers).get('allow')).toBe('GET');
  });

  it('says how long to wait when the same request may pass later', async () => {
    const busy = await problemAt('/v1/sample/busy');
    expect((busy['headers'] as Headers).get('retry-after')).toBe('7');
  });

  it('answers a bug as internal: its cause is in the log, masked, and never in the answer', async () => {
    const bug = await problemAt('/v1/sample/bug');
    expect(bug).toMatchObject({ status: 500, slug: 'internal' });
    expect(JSON.stringify(bug)).not.toContain('secret');
    const logged = lines.find((line) => line.includes('secret of'));
    expect(logged).toContain('TypeError');
    expect(logged).not.toContain('85.67.30-033.61');
  });

  it('lets nothing that looks like a national number out in a problem', async () => {
    expect(JSON.stringify(await problemAt('/v1/sample/echo'))).not.toContain('85673003361');
  });

  it('answers a broken path and a broken request line as problems too', async () => {
    expect(await problemAt('/v1/sample/%zz')).toMatchObject({ status: 400, slug: 'invalid-request', at: 'path' });
    const socket = connect(Number(new URL(running.url).port), '127.0.0.1');
    socket.end('GET / HTTP/9.9\r\n\r\n');
    const answer = await socket.setEncoding('utf8').reduce((text: string, chunk: string) => text + chunk, '');
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/problem\+json/);
  });

  it('knows the caller from the token, and asks for the scope', async () => {
    const bearer = async (scope: string) => ({ headers: { authorization: `Bearer ${await token(scope)}` } });
    const response = await call('/v1/sample/me', await bearer('kruispunt.publish kruispunt.fetch'));
    expect(await response.json()).toEqual({
      organisation: 'OVO002067',
      nis: ['44021'],
      scopes: ['kruispunt.publish', 'kruispunt.fetch'],
      subject: 'client-1',
    });
    expect(await problemAt('/v1/sample/me', await bearer('kruispunt.fetch'))).toMatchObject({
      status: 403,
      scope: 'kruispunt.publish',
    });
    const anonymous = await problemAt('/v1/sample/me');
    expect(anonymous).toMatchObject({ status: 401, slug: 'unauthenticated', reason: 'missing' });
    expect((anonymous['headers'] as Headers).get('www-authenticate')).toContain('Bearer');
  });

  it('is live without its dependencies, and ready only with them', async () => {
    expect((await call('/health/startup')).status).toBe(200);
    healthy = false;
    expect((await call('/health/live')).status).toBe(200);
    const waiting = await call('/health/ready');
    expect([waiting.status, await waiting.json()]).toEqual([503, { status: 'not-ready', checks: { log: 'failing' } }]);
    healthy = true;
    expect((await call('/health/ready')).status).toBe(200);
  });

  it('offers its numbers to Prometheus', async () => {
    const text = await (await call('/metrics')).text();
    expect(text).toContain('kruispunt_build_info{service="sample",version="0.1.0"} 1');
    expect(text).toContain(
      'kruispunt_http_request_duration_seconds_count{method="GET",route="/v1/sample/me",status="200"} 1',
    );
  });

  it('guards every route of the router by a scope or an explicit @Public()', () => {
    const routes = routesOf(running.app);
    expect(routes.map(({ verb, path }) => `${verb} ${path}`)).toEqual(
      expect.arrayContaining(['GET /health/live', 'GET /metrics', 'POST /v1/sample/bytes', 'GET /v1/sample/me']),
    );
    for (const { access } of routes) expect(access).toBeDefined();
  });

  it('refuses to start with a route that says nothing about who may call it', async () => {
    @Controller('open')
    class OpenController {
      @Get() leak(): string {
        return 'everything';
      }
    }
    @Module({ controllers: [OpenController] })
    class OpenModule {}
    await expect(startSample(() => ({ module: OpenModule }))).rejects.toThrow('OpenController.leak');
  });

  it('refuses to start with an unknown setting, and closes what was opened when the start fails', async () => {
    await expect(startSample(() => ({ module: SampleModule }), { KP_SAMPEL_PORT: '1' })).rejects.toMatchObject({
      slug: 'invalid-request',
      fields: { reason: 'KP_SAMPEL_PORT is not a setting of this process' },
    });
    const opened: string[] = [];
    const failing = startSample(({ lifecycle }) => {
      lifecycle.onClose('pool', () => void opened.push('closed'));
      throw problem('store-unavailable');
    });
    await expect(failing).rejects.toMatchObject({ slug: 'store-unavailable' });
    expect(opened).toEqual(['closed']);
  });

  it('shuts an organisation out at once, whatever its token says', async () => {
    const killSwitch: KillSwitch = { blocks: (organisation) => organisation === 'OVO002067' };
    const { url, stop } = await startSample(() => ({ module: SampleModule, killSwitch }));
    const headers = { authorization: `Bearer ${await token('kruispunt.publish')}` };
    const response = await fetch(`${url}/v1/sample/me`, { headers });
    expect(await response.json()).toMatchObject({ slug: 'forbidden', reason: 'organisation-blocked' });
    await stop();
  });

  it('answers the request that was under way, then stops in reverse order of opening, once, and takes no more', async () => {
    const underWay = call('/v1/sample/slow');
    await entered;
    const stopping = Promise.all([running.stop(), running.stop()]);
    expect(await (await underWay).json()).toEqual({ finished: true });
    expect(await stopping).toEqual([true, true]);
    expect(closed).toEqual(['second', 'first']);
    await expect(call('/health/live')).rejects.toThrow();
  });
});
