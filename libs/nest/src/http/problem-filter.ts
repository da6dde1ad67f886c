import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { problem, type Problem } from '@kruispunt/problem';
import { attr, Log, Metrics } from '@kruispunt/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AllowedMethods } from './allowed-methods.js';
import { answerProblem } from './answer-problem.js';
import { problemOf } from './problem-of.js';

/** Answers everything that is thrown as a problem of the catalogue. Its cause is logged, and never sent. */
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
    answerProblem(because, request, reply);
  }

  private orOtherMethod(because: Problem, { method, url }: FastifyRequest): Problem {
    if (because.slug !== 'not-found' || because.cause === undefined) return because; // "not found" by an app is what it says
    const allowed = this.methods.at(url);
    return allowed.length > 0 && !allowed.includes(method) ? problem('method-not-allowed', { allowed }) : because;
  }

  private tell(because: Problem, { id, method, routeOptions }: FastifyRequest): void {
    this.metrics.add('problemsAnswered', { reason: because.slug });
    const { level } = because.entry;
    const route = routeOptions.url ?? 'none';
    const fields = { [attr.problem]: because.slug, [attr.requestId]: id, [attr.method]: method, [attr.route]: route };
    if (level === 'error') this.log.error('request failed', { ...fields, [attr.cause]: because.cause });
    else this.log[level]('request refused', { ...fields, [attr.reason]: because.fields['reason'] });
  }
}
