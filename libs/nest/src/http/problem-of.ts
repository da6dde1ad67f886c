import { HttpException } from '@nestjs/common';
import { asProblem, problem, type Problem } from '@kruispunt/problem';
import { bodyBytesMax, contentTypes } from './limits.js';

/** What the framework throws by itself, in our catalogue's words. */
function ofStatus(status: number, cause: HttpException): Problem {
  switch (status) {
    case 401:
      return problem('unauthenticated', { reason: 'missing' }, cause);
    case 403:
      return problem('forbidden', {}, cause);
    case 404:
      return problem('not-found', {}, cause);
    case 405:
      return problem('method-not-allowed', {}, cause);
    case 408:
      return problem('request-timeout', {}, cause);
    case 413:
      return problem('body-too-large', { limit: bodyBytesMax }, cause);
    case 415:
      return problem('unsupported-content-type', { accepted: contentTypes }, cause);
    case 429:
      return problem('too-many-requests', {}, cause);
    default:
      return status < 500 ? problem('invalid-request', { at: whereIn(cause) }, cause) : problem('internal', {}, cause);
  }
}

// The framework's own texts name a part of the request line or a header, never a payload: bodies are not parsed by it.
const whereIn = (cause: HttpException): string => (/url|path|param/i.test(cause.message) ? 'path' : 'request');

/** Any thrown value as a problem: ours stays itself, the framework's is translated, all else is `internal` with its cause. */
export const problemOf = (thrown: unknown): Problem =>
  thrown instanceof HttpException ? ofStatus(thrown.getStatus(), thrown) : asProblem(thrown);
