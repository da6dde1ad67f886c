import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A secret of this proving ground, made once and kept with its data. */
export async function keptSecret(folder: string, name: string): Promise<string> {
  const file = join(folder, 'keys', name);
  if (!existsSync(file)) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  }
  return readFile(file, 'utf8');
}

/** The number of the day that begins now, from 1; counted in the data folder, so that `--fresh` begins again. */
export async function nextDay(folder: string): Promise<number> {
  const file = join(folder, 'day');
  const last = existsSync(file) ? Number(await readFile(file, 'utf8')) : 0;
  const day = (Number.isSafeInteger(last) ? last : 0) + 1;
  await mkdir(folder, { recursive: true });
  await writeFile(file, String(day));
  return day;
}
