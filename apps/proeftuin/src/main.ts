import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { workspaceRoot } from '@kruispunt/embedded';
import { asProblem, Problem } from '@kruispunt/problem';
import { readDataFolder, type DataFolder } from './feed/data-folder.js';
import { readOptions, Usage, usage, type Options } from './options.js';
import { printTable } from './report/print-table.js';
import { openStage } from './stage/stage.js';
import { playDay } from './story/play-day.js';
import { consoleTeller } from './story/tell.js';

const nothing: DataFolder = { events: [], persons: [], unreadable: [] };
const exits = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Starts everything, plays the day, and stays until it is told to stop (or ends, with --once). Answers the exit code. */
async function main(options: Options): Promise<number> {
  const plain = !process.stdout.isTTY || process.env['NO_COLOR'] !== undefined || process.env['TERM'] === 'dumb';
  const teller = consoleTeller(Date.now(), plain);
  const folder = join(workspaceRoot(), '.kruispunt', 'data');
  const interrupted = Promise.withResolvers<'interrupted'>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => interrupted.resolve('interrupted'));
  teller.scene('Kruispunt starts');
  const data = options.data === undefined ? nothing : await readDataFolder(options.data);
  for (const line of data.unreadable) teller.say(`--data: ${line}`);
  const opening = openStage({ folder, fresh: options.fresh, env: process.env, tell: (what) => teller.waiting(what) });
  opening.catch(() => undefined);
  const stage = await Promise.race([opening, interrupted.promise]);
  if (stage === 'interrupted')
    return opening
      .then(
        (s) => s.close(),
        () => undefined,
      )
      .then(() => exits.interrupted);
  try {
    teller.say(`everything runs; logs are in ${join(folder, 'logs')}`);
    const played = await Promise.race([playDay(stage, teller, data), interrupted.promise]);
    if (played === 'interrupted') return exits.interrupted;
    process.stdout.write(`${printTable(played.report)}\n`);
    if (options.report !== undefined) {
      await mkdir(dirname(options.report), { recursive: true });
      await writeFile(options.report, `${JSON.stringify(played.report, undefined, 2)}\n`);
      teller.say(`the day stands in ${options.report}`);
    }
    const ok = played.report.expectations.length > 0 && played.report.expectations.every((e) => e.ok);
    if (!options.once) {
      teller.scene('The municipality stays open');
      teller.say(
        'look around in another terminal: npx kruispunt status · npx kruispunt parked list · npx kruispunt chain list · Ctrl-C stops everything',
      );
      await interrupted.promise;
    }
    await played.close();
    return options.once && !ok ? exits.failed : exits.ok;
  } finally {
    teller.scene('Kruispunt stops');
    await stage.close();
    teller.say('everything that was started is stopped');
  }
}

try {
  const options = readOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
  if (options.help) process.stdout.write(usage);
  process.exit(options.help ? exits.ok : await main(options));
} catch (fault) {
  if (fault instanceof Usage) process.stderr.write(`${fault.message}\n\n${usage}`);
  else if (fault instanceof Problem)
    process.stderr.write(`\n${asProblem(fault).message}: ${String(fault.fields['reason'] ?? '')}\n`);
  else process.stderr.write(`\n${fault instanceof Error ? fault.message : String(fault)}\n`);
  process.exit(fault instanceof Usage ? exits.usage : exits.failed);
}
