import type { Track } from '@kruispunt/delivery';
import type { Line, Partition } from './partition.js';
import type { Logged } from './scene.js';
import type { Steps } from './leaving.js';
import { io, type Stage } from './stage.js';

/** What a catch-up reader needs of its process. */
interface Process {
  readonly stage: Stage;
  readonly isDuplicate: (partition: Partition, event: Logged) => boolean;
  readonly feed: (line: Line, track: Track<string>, event: Logged, duplicate: boolean) => 'taken' | 'full';
  readonly pump: (line: Line) => void;
}

const entriesMax = 6;

function behind(partition: Partition): readonly { readonly line: Line; readonly track: Track<string> }[] {
  const found = [];
  for (const line of partition.touched) {
    const track = line.tracks.get(partition);
    if (track && !track.live && !line.desk.still) found.push({ line, track });
  }
  return found;
}

const hungry = (partition: Partition) => behind(partition).filter(({ line }) => line.desk.isHungry());

/** Those that have caught up join the live reader; true when others remain. */
export function isBehind(partition: Partition): boolean {
  for (const { line, track } of partition.reading ? [] : behind(partition)) {
    if (track.frontier < partition.next) continue;
    track.join(partition);
    partition.touched.add(line);
  }
  return hungry(partition).length > 0;
}

/** One stretch from where the hindmost stands, for all that stand within it, as catch-up.ts of the gateway; true when there is more. */
export function* catchUp(process: Process, partition: Partition): Steps<boolean> {
  if (!isBehind(partition)) return false;
  const waiting = hungry(partition);
  const from = Math.min(...waiting.map(({ track }) => track.frontier));
  yield io(process.stage);
  const entries = process.stage.log.get(partition.place)!.slice(from, from + entriesMax);
  const next = from + entries.length;
  const seen = entries.map((event) => ({ event, duplicate: process.isDuplicate(partition, event) }));
  if (partition.lost) return false;
  for (const { line, track } of waiting) {
    if (!line.tracks.has(partition) || track.live || track.frontier < from || track.frontier >= next) continue;
    const full = seen.find(({ event, duplicate }) => process.feed(line, track, event, duplicate) === 'full');
    track.advance(full ? full.event.offset : next);
    partition.touched.add(line);
    process.pump(line);
  }
  return next > from && isBehind(partition);
}
