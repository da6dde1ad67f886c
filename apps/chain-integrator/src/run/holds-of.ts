import type { ChainState, Item } from '@kruispunt/chain-engine';
import type { Pause } from '@kruispunt/postgres';

/** What a pause holds back: asked per input, before it is applied. undefined when nothing is paused at all, which is nearly always. */
export function holdsOf(
  pauses: readonly Pick<Pause, 'kind' | 'key'>[],
): ((item: Item, state: ChainState | undefined) => string | undefined) | undefined {
  if (pauses.length === 0) return undefined;
  return (item, state) => {
    const found = pauses.find((pause) => concerns(pause, item, state));
    return found && `paused: ${found.kind}${found.key === '' ? '' : ` ${found.key}`}`;
  };
}

function concerns({ kind, key }: Pick<Pause, 'kind' | 'key'>, item: Item, state: ChainState | undefined): boolean {
  const chain = state?.chain ?? item.chain;
  switch (kind) {
    case 'partition':
      return true;
    case 'chain':
      return chain === key;
    case 'instance':
      return item.instance === key;
    case 'node':
      return Object.values(state?.tokens ?? {}).some(({ node }) => `${chain}/${node}` === key);
    case 'participant':
      return item.input.kind === 'event' && item.input.source.startsWith(key);
    default:
      return kind satisfies never;
  }
}
