import { organisationCode, sourceOwner } from '@kruispunt/event';
import type { Caller, PublishRules } from '@kruispunt/policy';

/**
 * Is `source` a system of the caller's own organisation? Either its form says so (`urn:be:ovo:<code>:systeem:<name>`,
 * `urn:be:kbo:<number>:systeem:<name>`, compared with the claim `vo_orgcode`), or the table of organisations grants its prefix.
 */
export function ownSource(caller: Caller, source: string, rules: PublishRules): boolean {
  if (sourceOwner(source) === organisationCode(caller.organisation)) return true;
  return (rules.organisations.get(caller.organisation)?.sources ?? []).some((prefix) => source.startsWith(prefix));
}
