import type { EventType } from '@kruispunt/contracts';
import type { Envelope } from '@kruispunt/event';
import { problem, type Problem } from '@kruispunt/problem';
import type { Caller } from './caller.js';
import { civilDate } from './civil-date.js';
import type { PublishRule, PublishRules, Role } from './publish-rules.js';
import { authorityOf, standing } from './territory.js';

/** What someone wants to publish. `at` is when the gateway took it (ms since the epoch), not what the envelope says. */
export interface Publication {
  readonly type: Pick<EventType, 'type'>;
  readonly envelope: Pick<Envelope, 'source' | 'kpgemeentenis'>;
  readonly payload: unknown;
  readonly at: number;
}

/** `rule` is the name that decided; it goes into the decision record and the log, never the payload. */
export type PublishVerdict =
  | { readonly kind: 'allowed'; readonly rule: string }
  | { readonly kind: 'refused'; readonly because: Problem; readonly rule: string };

/**
 * May this caller publish this event, for this territory, today? Default deny. Slugs: `forbidden` (scope), `type-not-allowed`,
 * `source-not-allowed`, `foreign-territory`, `merger-closed`. Source: security.md §5, domain.md §4.7.
 */
export function mayPublish(caller: Caller, publication: Publication, rules: PublishRules): PublishVerdict {
  if (!caller.scopes.includes('kruispunt.publish')) {
    return refused('scope', problem('forbidden', { scope: 'kruispunt.publish' }));
  }
  const matching = rules.rules.filter((rule) => covers(rule, caller, publication.type.type, rules));
  if (matching.length === 0)
    return refused('no-rule', problem('type-not-allowed', { eventType: publication.type.type }));
  if (!ownsSource(caller, publication.envelope.source, rules)) {
    return refused('source', problem('source-not-allowed', { organisation: caller.organisation }));
  }
  const wide = matching.find((rule) => rule.territory === 'all');
  if (wide) return { kind: 'allowed', rule: wide.name };
  return inOwnTerritory(caller, publication, matching[0]!, rules);
}

const refused = (rule: string, because: Problem): PublishVerdict => ({ kind: 'refused', because, rule });

function covers(rule: PublishRule, caller: Caller, eventType: string, rules: PublishRules): boolean {
  if (!rule.eventTypes.includes(eventType)) return false;
  return 'role' in rule.who
    ? rolesOf(caller, rules).includes(rule.who.role)
    : rule.who.organisation === caller.organisation;
}

/** What a caller is: what the table says of the organisation; else a local government, when its token names municipalities. */
export function rolesOf(caller: Caller, rules: PublishRules): readonly Role[] {
  const known = rules.organisations.get(caller.organisation);
  if (known) return known.roles;
  return caller.nis.length > 0 ? ['gemeente'] : [];
}

/** A source is one's own when a segment of it is the organisation's code, or when it begins with a source the table grants. */
function ownsSource(caller: Caller, source: string, rules: PublishRules): boolean {
  const code = caller.organisation.split(/[:/]/).at(-1)?.toLowerCase() ?? '';
  if (
    code !== '' &&
    source
      .toLowerCase()
      .split(/[:/?#]/)
      .includes(code)
  )
    return true;
  return (rules.organisations.get(caller.organisation)?.sources ?? []).some((prefix) => source.startsWith(prefix));
}

/** Every municipality the envelope claims, and at least one of those the payload acts for, must be the caller's own. */
function inOwnTerritory(
  caller: Caller,
  { envelope, payload, at }: Publication,
  rule: PublishRule,
  rules: PublishRules,
): PublishVerdict {
  const authority = authorityOf(envelope, payload);
  const stand = (nis: string) => ({ nis, ...standing(nis, caller.nis, civilDate(at), rules.municipalities) });
  const claimed = authority.claimed === undefined ? [] : [stand(authority.claimed)];
  const acted = authority.payload.map(stand);
  const accepted = (s: { kind: string }) => s.kind === 'own' || s.kind === 'successor';
  const named = [...claimed, ...acted];
  if (named.length === 0) return refused('territory', problem('foreign-territory', { at: 'kpgemeentenis' }));
  if (claimed.every(accepted) && (acted.length === 0 || acted.some(accepted))) {
    const bySuccession = named.some((s) => s.kind === 'successor');
    return { kind: 'allowed', rule: `${rule.name}:${bySuccession ? 'successor' : 'own-territory'}` };
  }
  const closed = named.find((s) => s.kind === 'closed');
  if (closed?.kind === 'closed') {
    return refused('merger', problem('merger-closed', { nis: closed.nis, successors: closed.successors }));
  }
  const foreign = named.find((s) => !accepted(s));
  return refused(
    'territory',
    problem('foreign-territory', { nis: foreign?.nis ?? '', organisation: caller.organisation }),
  );
}
