import type { Text } from './language.js';

/** What a script can rely on (operators.md §3). */
export const exits = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  denied: 4,
  partial: 5,
  needsInput: 6,
  planChanged: 7,
  conflict: 8,
  unreachable: 9,
  interrupted: 130,
} as const;
export type Exit = (typeof exits)[keyof typeof exits];

/** Something that ends the command: what happened, what to do, and the exit code. `json` is what `-o json` prints on stderr. */
export class CliFailure extends Error {
  constructor(
    readonly exit: Exit,
    readonly what: Text,
    readonly todo?: Text,
    readonly json: Readonly<Record<string, unknown>> = {},
  ) {
    super(what.en);
    this.name = 'CliFailure';
  }
}

/** The problem+json of a gateway, as far as the command line looks at it. */
export interface ProblemBody {
  readonly slug: string;
  readonly status: number;
  readonly titles?: Text;
  readonly advice?: Text;
  readonly [field: string]: unknown;
}

const bySlug: Readonly<Record<string, Exit>> = {
  'plan-changed': exits.planChanged,
  'run-active': exits.conflict,
  conflict: exits.conflict,
  'approval-required': exits.needsInput,
  'reason-required': exits.usage,
};

/** The exit code of a problem: its own where it has one, else by its status. */
export function exitOf({ slug, status }: Pick<ProblemBody, 'slug' | 'status'>): Exit {
  const own = bySlug[slug];
  if (own !== undefined) return own;
  if (status === 404) return exits.notFound;
  if (status === 401 || status === 403) return exits.denied;
  if (status === 409) return exits.conflict;
  if (status === 503) return exits.unreachable;
  return status >= 400 && status < 500 && status !== 408 && status !== 429 ? exits.usage : exits.failed;
}

const known = new Set(['type', 'slug', 'status', 'title', 'detail', 'retry', 'titles', 'advice', 'instance']);

/** A problem as a failure: its title in the reader's language, the fields that say where and why, and its advice. */
export function failureOf(problem: ProblemBody): CliFailure {
  const fields = Object.entries(problem).filter(
    ([name, value]) => !known.has(name) && value !== undefined && value !== null,
  );
  const facts = fields
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`)
    .join(' · ');
  const title = problem.titles ?? { nl: problem.slug, en: problem.slug };
  const say = (text: string) => (facts === '' ? `${text} [${problem.slug}]` : `${text} (${facts}) [${problem.slug}]`);
  return new CliFailure(exitOf(problem), { nl: say(title.nl), en: say(title.en) }, problem.advice, problem);
}
