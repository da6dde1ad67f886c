import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { problem, toProblemJson } from '@kruispunt/problem';
import type { Metrics } from '@kruispunt/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AllowedMethods } from './allowed-methods.js';
import { answerProblem } from './answer-problem.js';
import { bodyBytesMax, contentTypes, keepAliveMs, pathParamCharsMax, requestMsMax } from './limits.js';

export interface AdapterParts {
  readonly methods: AllowedMethods;
  readonly metrics: Metrics;
  /** Aborted when the process is asked to stop. */
  readonly stopping: AbortSignal;
}

/**
 * The HTTP server of every process. It trusts nothing: no proxy header, no request id of the client, no body parser. Every body of
 * a listed content type arrives as bytes (`@BodyBytes()`, `@JsonBody()`); any other type is refused before it is read.
 */
export function fastifyAdapter({ methods, metrics, stopping }: AdapterParts): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: bodyBytesMax,
    requestTimeout: requestMsMax,
    keepAliveTimeout: keepAliveMs,
    trustProxy: false,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: pathParamCharsMax },
    exposeHeadRoutes: false,
    return503OnClosing: false, // a request on an open connection is still answered while we stop
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) =>
      answerProblem(problem('invalid-request', { at: 'path' }), request, reply),
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket),
  });
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    [...contentTypes],
    { parseAs: 'buffer', bodyLimit: bodyBytesMax },
    (_request, body, done) => {
      done(null, body);
    },
  );
  fastify.addHook('onRoute', ({ method, url }) => methods.add([method].flat(), url));
  fastify.addHook('onRequest', (_request, reply, done) => {
    void reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    done();
  });
  // Without this an answer given while we stop leaves its connection idle and open, and the server waits for it in vain.
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (stopping.aborted) void reply.header('connection', 'close');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    const labels = { method, route: routeOptions.url ?? 'none', status: reply.statusCode };
    metrics.observe('requestDuration', labels, reply.elapsedTime / 1_000);
    done();
  });
  return adapter;
}

// What does not even parse as HTTP has no request to answer; it gets its problem on the bare socket.
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const because = late ? problem('request-timeout') : problem('invalid-request', { at: 'request line or headers' });
  const body = JSON.stringify(toProblemJson(because));
  const status = late ? '408 Request Timeout' : '400 Bad Request';
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/problem+json\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\n\r\n${body}`);
}
