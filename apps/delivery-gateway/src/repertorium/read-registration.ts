import { findInsz } from '@kruispunt/event';
import type { JsonObject } from '@kruispunt/nest';
import { problem, type Problem } from '@kruispunt/problem';
import type { Registration } from '@kruispunt/postgres';
import { date } from '../subscriptions/read-wish.js';

/** One line of an import: a subject and its period, or `action: "unregister"`. */
export type RegistrationWish = { readonly kind: 'register' | 'unregister' } & Registration;

const subjectCharsMax = 200;
const yearDays = 365;

/** A subject's key as it may stand in the repertorium. Throws `invalid-request`, or `insz-in-context` for a national number. */
export function readSubject(subject: unknown): string {
  if (typeof subject !== 'string' || subject === '' || subject.length > subjectCharsMax)
    throw problem('invalid-request', {
      at: '/subject',
      reason: `expected a text of 1 to ${subjectCharsMax} characters`,
    });
  if (findInsz(subject).length > 0) throw problem('insz-in-context', { at: '/subject' });
  return subject;
}

/** Its period: from today and for a year, unless told. A registration always ends. Throws `invalid-request`. */
export function readPeriod(body: JsonObject, today: string): { readonly from: string; readonly to: string } {
  const from = date(body, 'from') ?? today;
  const to = body['to'] === null ? undefined : date(body, 'to');
  const end = to ?? new Date(Date.parse(from) + yearDays * 86_400_000).toISOString().slice(0, 10);
  if (end < from) throw problem('invalid-request', { at: '/to', reason: 'is before /from' });
  return { from, to: end };
}

/** A line of an import, or why it cannot be read. */
export function readLine(line: string, today: string): RegistrationWish | Problem {
  try {
    const body: unknown = JSON.parse(line);
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      return problem('invalid-request', { at: '', reason: 'expected an object' });
    const members = body as JsonObject;
    const { action = 'register' } = members;
    const odd = Object.keys(members).find(
      (name) => !['subject', 'action', 'from', 'to', 'migratedFrom', 'replaced'].includes(name),
    );
    if (odd !== undefined) return problem('invalid-request', { at: `/${odd}`, reason: 'no such member' });
    if (action !== 'register' && action !== 'unregister')
      return problem('invalid-request', { at: '/action', reason: 'expected register or unregister' });
    return { kind: action, subject: readSubject(members['subject']), ...readPeriod(members, today) };
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return problem('not-json', { at: '' });
    return thrown as Problem;
  }
}
