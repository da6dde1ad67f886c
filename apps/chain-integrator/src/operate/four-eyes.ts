import { opVerbs } from '@kruispunt/chain-engine';
import { problem } from '@kruispunt/problem';

/** Above so many things a second person always looks. */
export const soloMax = 1_000;

/**
 * For which verbs a chain wants a second person: `chain=verb,verb;*=verb`, where `*` is every chain. Throws `invalid-request` on a verb
 * that does not exist: a misspelt guard would guard nothing.
 */
export function fourEyes(setting: string): (chains: readonly string[], verb: string) => boolean {
  const guarded = new Map(
    setting
      .split(';')
      .filter((part) => part.trim() !== '')
      .map((part) => {
        const [chain = '', verbs = ''] = part.split('=').map((word) => word.trim());
        return [chain, new Set(verbs.split(',').map((verb) => verb.trim()))] as const;
      }),
  );
  for (const verb of [...guarded.values()].flatMap((verbs) => [...verbs]))
    if (!Object.hasOwn(opVerbs, verb))
      throw problem('invalid-request', { at: 'KP_CHAIN_FOUR_EYES', reason: `no verb ${verb}` });
  return (chains, verb) => ['*', ...chains].some((chain) => guarded.get(chain)?.has(verb) === true);
}
