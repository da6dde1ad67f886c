import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeedItem } from './feed-pages.js';

/** What a `--data` folder holds: feed events with the file they stood in, persons with their line. `unreadable` says what could not be read, and why. */
export interface DataFolder {
  readonly events: readonly { readonly file: string; readonly item: FeedItem }[];
  readonly persons: readonly { readonly line: number; readonly person: Readonly<Record<string, unknown>> }[];
  readonly unreadable: readonly string[];
}

const isItem = (value: unknown): value is FeedItem =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as FeedItem).id === 'string' &&
  typeof (value as FeedItem).type === 'string';

/** Reads `basisregisters/*.json` (arrays of feed events) and `magda-persons.ndjson` (a person a line). Nothing is passed over in silence. */
export async function readDataFolder(folder: string): Promise<DataFolder> {
  const events: { file: string; item: FeedItem }[] = [];
  const persons: { line: number; person: Record<string, unknown> }[] = [];
  const unreadable: string[] = [];
  const feeds = join(folder, 'basisregisters');
  for (const file of existsSync(feeds) ? (await readdir(feeds)).filter((f) => f.endsWith('.json')).sort() : []) {
    try {
      const items: unknown = JSON.parse(await readFile(join(feeds, file), 'utf8'));
      if (!Array.isArray(items)) throw new Error('not an array of events');
      items.forEach((item, i) =>
        isItem(item) ? events.push({ file, item }) : unreadable.push(`${file}: event ${i + 1} has no id or type`),
      );
    } catch (fault) {
      unreadable.push(`${file}: ${(fault as Error).message}`);
    }
  }
  const population = join(folder, 'magda-persons.ndjson');
  if (existsSync(population)) {
    const lines = (await readFile(population, 'utf8')).split('\n');
    lines.forEach((text, i) => {
      if (text.trim() === '') return;
      try {
        persons.push({ line: i + 1, person: JSON.parse(text) as Record<string, unknown> });
      } catch (fault) {
        unreadable.push(`magda-persons.ndjson line ${i + 1}: ${(fault as Error).message}`);
      }
    });
  }
  if (events.length === 0 && persons.length === 0)
    unreadable.push(`${folder}: neither basisregisters/*.json nor magda-persons.ndjson has anything to play`);
  return { events, persons, unreadable };
}
