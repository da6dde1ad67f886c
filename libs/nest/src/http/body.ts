import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { strictJson } from '@kruispunt/event';
import { problem } from '@kruispunt/problem';
import type { FastifyRequest } from 'fastify';
import { bodyBytesMax, jsonDepthMax } from './limits.js';

/** A JSON object as it came in: its members still have to be checked. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The body of `request` as the bytes that were sent; empty when there is none. */
export const bodyBytes = (request: FastifyRequest): Buffer =>
  Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);

/**
 * The body of `request` as a JSON object, read strictly. Throws `not-json`, `duplicate-key`, `too-deep`, `unsupported-content-type`
 * when it is not called JSON, `invalid-request` when it is no object.
 */
export function jsonBody(request: FastifyRequest): JsonObject {
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw problem('unsupported-content-type', { accepted: ['application/json'] });
  }
  const json = strictJson(bodyBytes(request), { depthMax: jsonDepthMax, bytesMax: bodyBytesMax });
  if (json.kind === 'refused') throw json.because;
  if (typeof json.value !== 'object' || json.value === null || Array.isArray(json.value)) {
    throw problem('invalid-request', { at: 'body', reason: 'expected a JSON object' });
  }
  return json.value as JsonObject;
}

const requestOf = (context: ExecutionContext): FastifyRequest => context.switchToHttp().getRequest<FastifyRequest>();

/** The body as bytes: `publish(@BodyBytes() bytes: Buffer)`. */
export const BodyBytes = createParamDecorator((_: unknown, context: ExecutionContext): Buffer =>
  bodyBytes(requestOf(context)),
);

/** The body as a strictly read JSON object: `create(@JsonBody() wish: JsonObject)`. */
export const JsonBody = createParamDecorator((_: unknown, context: ExecutionContext): JsonObject =>
  jsonBody(requestOf(context)),
);
