import type { Change } from './database.js';
import type { Partition } from './partition.js';
import type { Work } from '../schedule.js';
import { io, type Stage } from './stage.js';

/**
 * Moves the positions of a partition, as settle.ts of the gateway does: taken once, tried until it is committed or the partition is
 * lost. The database may be away before the commit, and its answer may be lost after it.
 */
export function* settle(stage: Stage, partition: Partition): Work {
  const { dice, database, schedule } = stage;
  partition.committing = true;
  const taken = (partition.pending ??= take(stage, partition, schedule.now));
  if (taken.changes.length === 0 && taken.next === partition.committed) {
    partition.pending = undefined;
    partition.committing = false;
    return;
  }
  const { id, next, changes } = taken;
  const from = partition.committed;
  yield io(stage);
  if (dice.oneIn(30)) {
    yield 50;
    partition.committing = false;
    return;
  }
  const answer = database.transact(partition.place, { id, epoch: partition.epoch, from, next }, changes);
  yield io(stage);
  if (answer === 'done' && dice.oneIn(30)) {
    yield 50;
    partition.committing = false;
    return;
  }
  if (answer === 'done') {
    partition.committed = next;
    partition.pending = undefined;
  } else {
    partition.lost = true;
  }
  partition.committing = false;
}

function take({ witness }: Stage, partition: Partition, now: number) {
  const changes: Change[] = [];
  for (const line of partition.touched) {
    const track = line.tracks.get(partition);
    const change = track && line.desk.takeChange(track, now);
    if (track) witness.taken(line, track);
    if (change) changes.push({ sub: line.party.subscription.id, change });
    if (!track || (track.live && track.open === 0)) partition.touched.delete(line);
  }
  return { id: `${partition.place} ${partition.epoch} ${partition.takes++}`, next: partition.next, changes };
}
