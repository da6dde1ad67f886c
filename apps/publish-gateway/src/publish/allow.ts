import type { Refused } from '@kruispunt/event';
import { mayPublish, type Caller, type PublishRules, type PublishVerdict } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import type { CheckedEvent } from './check.js';
import { ownSource } from './own-source.js';

/**
 * May this caller publish this event now? The source must be its own system, then policy decides by type and territory. Slugs:
 * `source-not-allowed`, `type-not-allowed`, `foreign-territory`, `merger-closed`, `forbidden`.
 */
export function allow(
  caller: Caller,
  { type, envelope }: CheckedEvent,
  rules: PublishRules,
  now: number,
): PublishVerdict | (Refused & { readonly rule: string }) {
  const verdict = mayPublish(caller, { type, envelope, payload: envelope.data, at: now }, rules);
  if (verdict.kind === 'allowed' && !ownSource(caller, envelope.source, rules)) {
    return {
      kind: 'refused',
      because: problem('source-not-allowed', { at: 'source', organisation: caller.organisation }),
      rule: 'source',
    };
  }
  return verdict;
}
