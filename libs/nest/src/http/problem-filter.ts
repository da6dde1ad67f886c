import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { problem, toProblemJson, type Problem } from '@kruispunt/problem';
import { attr, Log, mask, Metrics } from '@kruispunt/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AllowedMethods } from './allowed-methods.js';
import { languageOf } from './language.js';
import { retryAfterS } from './limits.js';
import { problemOf } from './problem-of.js';

/**
 * Answers everything that is thrown as `application/problem+json` (RFC 9457) in the caller's language, with `instance` = the
 * request's id, `Retry-After` when it may pass later, `Allow` and `WWW-Authenticate` where HTTP wants them. A cause is logged,
 * never sent; and nothing that looks like a national number leaves.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    private readonly metrics: Metrics,
    private readonly methods: AllowedMethods,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw thrown; // the transport settles its own failures
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const because = this.orOtherMethod(problemOf(thrown), request);
    this.tell(because, request);
    if (reply.sent || reply.raw.headersSent) return void reply.raw.destroy();
    answer(because, request, reply);
  }

  private orOtherMethod(because: Problem, { method, url }: FastifyRequest): Problem {
    if (because.slug !== 'not-found' || because.cause === undefined) return because; // "not found" by an app is what it says
    const allowed = this.methods.at(url);
    return allowed.length > 0 && !allowed.includes(method) ? problem('method-not-allowed', { allowed }) : because;
  }

  private tell(because: Problem, { id, method, routeOptions }: FastifyRequest): void {
    this.metrics.add('eventsRefused', { reason: because.slug });
    const { level } = because.entry;
    const route = routeOptions.url ?? 'none';
    const fields = { [attr.problem]: because.slug, [attr.requestId]: id, [attr.method]: method, [attr.route]: route };
    if (level === 'error') this.log.error('request failed', { ...fields, [attr.cause]: because.cause });
    else this.log[level]('request refused', { ...fields, [attr.reason]: because.fields['reason'] });
  }
}

function answer(because: Problem, { id, headers }: FastifyRequest, reply: FastifyReply): void {
  const language = languageOf(headers['accept-language']);
  const { retryAfterS: given, allowed } = because.fields;
  if (because.entry.retry === 'later') reply.header('retry-after', String(given ?? retryAfterS));
  if (because.slug === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="kruispunt", error="invalid_token"');
  if (Array.isArray(allowed)) reply.header('allow', allowed.join(', '));
  void reply
    .status(because.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('content-language', language)
    .send(JSON.stringify({ ...(mask(toProblemJson(because, language)) as object), instance: `urn:uuid:${id}` }));
}
