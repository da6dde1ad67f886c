import { setTimeout as sleep } from 'node:timers/promises';
import { CliFailure, exits } from '../failure.js';
import type { Shell } from '../shell.js';
import type { RunAnswer } from './replay-answers.js';

const pollMs = 500;
const barWidth = 20;

/** Follows a run until it stands still: a moving line on a terminal, one line per 10 % elsewhere. Ctrl-C detaches (exit 130). */
export async function watchRun(shell: Shell, id: string): Promise<RunAnswer> {
  const { stderr, interrupted } = shell.world;
  const moving = stderr.isTTY === true && shell.options.quiet !== true;
  let told = -1;
  for (;;) {
    const run = await poll(shell, id);
    const done = run.items.total - run.items.queued - run.items.sending;
    const tenth = run.items.total === 0 ? 10 : Math.floor((done / run.items.total) * 10);
    if (moving) stderr.write(`\r${progressLine(shell, run, done)}\u001b[K`);
    else if (tenth > told) shell.tell(progressLine(shell, run, done));
    told = Math.max(told, tenth);
    if (run.state !== 'running') {
      if (moving) stderr.write('\n');
      return run;
    }
    await sleep(pollMs, undefined, { signal: interrupted }).catch(() => undefined);
    if (interrupted.aborted) throw detached(id);
  }
}

async function poll(shell: Shell, id: string): Promise<RunAnswer> {
  try {
    const answer = await shell
      .gateway('deliveryGateway')
      .get<RunAnswer | { readonly kind: 'ReplayPlan'; readonly run: RunAnswer | null }>(
        `/v1/replays/${encodeURIComponent(id)}`,
      );
    if (answer.kind === 'ReplayRun') return answer;
    if (answer.run !== null) return answer.run;
  } catch (thrown) {
    if (thrown instanceof CliFailure && thrown.exit === exits.interrupted) throw detached(id);
    throw thrown;
  }
  throw new CliFailure(
    exits.conflict,
    { nl: `plan ${id} is niet gestart`, en: `plan ${id} has not been started` },
    {
      nl: `kruispunt replay start ${id} --reason "…"`,
      en: `kruispunt replay start ${id} --reason "…"`,
    },
  );
}

const detached = (id: string): CliFailure =>
  new CliFailure(
    exits.interrupted,
    { nl: 'losgekoppeld: de run loopt door op de server', en: 'detached: the run goes on, on the server' },
    {
      nl: `kruispunt replay watch ${id}`,
      en: `kruispunt replay watch ${id}`,
    },
  );

function progressLine(shell: Shell, run: RunAnswer, done: number): string {
  const { total, delivered, failed, skipped } = run.items;
  const share = total === 0 ? 1 : done / total;
  const full = Math.round(share * barWidth);
  const bar = shell.world.env['TERM'] === 'dumb' ? '' : `[${'█'.repeat(full)}${'░'.repeat(barWidth - full)}] `;
  const left =
    run.state === 'running'
      ? ` · ${shell.say({ nl: 'nog', en: 'left' })} ±${Math.ceil((total - done) / run.rate)} s`
      : ` · ${run.state}`;
  return `${bar}${Math.round(share * 100)} %  ${done}/${total} · ok ${delivered} · ${shell.say({ nl: 'fout', en: 'failed' })} ${failed} · ${shell.say({ nl: 'over', en: 'left out' })} ${skipped} · ${run.rate}/s${left}`;
}
