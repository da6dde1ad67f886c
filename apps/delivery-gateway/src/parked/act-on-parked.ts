import type { Caller } from '@kruispunt/policy';
import {
  discardParked,
  parkedStanding,
  remarkParked,
  restoreParked,
  type ParkedActed,
  type ParkedSelection,
  type Remark,
} from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { perform } from '../operate/perform.js';
import type { ActWish } from '../operate/read-act.js';
import type { ParkedParts } from './parked-parts.js';

const dayMs = 86_400_000;
/** How long a discard can be undone; then the payload is erased. */
export const discardDays = 30;

/** What an act on parked events came to, or would. `until`: when a discard can no longer be undone, ms. */
export interface ParkedAct {
  readonly verb: 'note' | 'assign' | 'discard' | 'restore';
  readonly dryRun: boolean;
  readonly subscriptions: readonly (ParkedActed & { readonly name: string })[];
  readonly until?: number;
}

type Standing = Awaited<ReturnType<typeof parkedStanding>>;
const nothing = { keysFreed: 0, eventsBehind: 0 };

/** Writes a note on a group or on one event. Throws `not-found` when nothing of it is there. */
export function notePark(
  parts: ParkedParts,
  caller: Caller,
  selection: ParkedSelection,
  wish: ActWish & Pick<Remark, 'note' | 'assignee'>,
): Promise<ParkedAct> {
  const verb = wish.note === undefined ? 'assign' : 'note';
  return perform(parts, caller, { ...wish, action: `parked.${verb}` }, async (tx, tell) => {
    const standing = found(await parkedStanding(tx, selection));
    await remarkParked(tx, selection, { ...wish, by: caller.subject, at: parts.clock.now() });
    for (const { subscription } of standing) await tell({ subscription });
    return {
      verb,
      dryRun: wish.dryRun,
      subscriptions: standing.map(({ subscription, name, parked, discarded }) => ({
        subscription,
        name,
        events: parked + discarded,
        ...nothing,
      })),
    };
  });
}

/** Sets a group or one event aside for good, undoable for 30 days; its held key goes on. Throws `not-found`, `conflict`. */
export function discard(
  parts: ParkedParts,
  caller: Caller,
  selection: ParkedSelection,
  wish: ActWish,
): Promise<ParkedAct> {
  const at = parts.clock.now();
  const until = at + discardDays * dayMs;
  return perform(parts, caller, { ...wish, action: 'parked.discard' }, async (tx, tell) => {
    const standing = found(await parkedStanding(tx, selection));
    const acted = await discardParked(tx, selection, { by: caller.subject, reason: wish.reason, at, until });
    if (acted.length === 0) throw problem('conflict', { reason: 'discarded already' });
    for (const { subscription } of acted) await tell({ subscription });
    return { verb: 'discard' as const, dryRun: wish.dryRun, subscriptions: named(acted, standing), until };
  });
}

/** Undoes a discard. Throws `not-found`, `conflict` when nothing of it is discarded or the 30 days have passed. */
export function restore(
  parts: ParkedParts,
  caller: Caller,
  selection: ParkedSelection,
  wish: ActWish,
): Promise<ParkedAct> {
  return perform(parts, caller, { ...wish, action: 'parked.restore' }, async (tx, tell) => {
    const standing = found(await parkedStanding(tx, selection));
    const acted = await restoreParked(tx, selection, parts.clock.now());
    if (acted.length === 0) throw problem('conflict', { reason: 'nothing of it can be restored' });
    for (const { subscription } of acted) await tell({ subscription });
    return { verb: 'restore' as const, dryRun: wish.dryRun, subscriptions: named(acted, standing) };
  });
}

function found(standing: Standing): Standing {
  if (standing.length === 0) throw problem('not-found');
  return standing;
}

const named = (acted: readonly ParkedActed[], standing: Standing): ParkedAct['subscriptions'] =>
  acted.map((one) => ({ ...one, name: standing.find((s) => s.subscription === one.subscription)?.name ?? '' }));
