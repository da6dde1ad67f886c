import { toProblemJson, type Problem } from '@kruispunt/problem';
import { mask } from '@kruispunt/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { languageOf } from './language.js';
import { retryAfterS } from './limits.js';

/**
 * Sends `because` as `application/problem+json` (RFC 9457) in the caller's language, with `instance` = the request's id,
 * `Retry-After` when it may pass later, `Allow` and `WWW-Authenticate` where HTTP wants them. Its cause stays here, and nothing
 * that looks like a national number leaves.
 */
export function answerProblem(because: Problem, { id, headers }: FastifyRequest, reply: FastifyReply): void {
  const language = languageOf(headers['accept-language']);
  const { retryAfterS: given, allowed } = because.fields;
  if (because.entry.retry === 'later') reply.header('retry-after', String(given ?? retryAfterS));
  if (because.slug === 'unauthenticated')
    reply.header('www-authenticate', 'Bearer realm="kruispunt", error="invalid_token"');
  if (Array.isArray(allowed)) reply.header('allow', allowed.join(', '));
  void reply
    .status(because.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('content-language', language)
    .send(JSON.stringify({ ...(mask(toProblemJson(because, language)) as object), instance: `urn:uuid:${id}` }));
}
