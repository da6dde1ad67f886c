import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the operator types, as JSON. An exit code other than 0 is thrown. */
async function kruispunt<Answer>(...words: readonly string[]): Promise<Answer> {
  const { stdout } = await run('npx', ['kruispunt', ...words, '-o', 'json'], { env: process.env });
  return JSON.parse(stdout) as Answer;
}

interface Plan {
  readonly id: string;
  readonly summary: { readonly queued: number; readonly duplicates: number };
  readonly approval: { readonly needed: readonly string[] };
}

/**
 * A receiver is repaired, and gets what it refused: see first, have it approved where the law wants a second pair of eyes, send a little
 * before sending all, and believe it only when the audit trail says so. Twice the same replay sends nothing twice.
 */
export async function replaySafely(
  subscription: string,
): Promise<{ readonly planned: number; readonly verified: boolean }> {
  const reason = ['--reason', 'certificaat vernieuwd bij de ontvanger'];

  // A plan sends nothing: it shows what would go and freezes that set.
  const plan = await kruispunt<Plan>('replay', 'plan', '--subscription', subscription, '--intent', 'failed', ...reason);
  console.log(`${plan.id}: ${plan.summary.queued} events, ${plan.summary.duplicates} of them seen before`);
  if (plan.summary.queued === 0) return { planned: 0, verified: true };

  // Personal data, duplicates or a large set: somebody else must agree. Nobody approves an own plan.
  if (plan.approval.needed.length > 0) {
    await kruispunt('replay', 'approve', plan.id, '--as', 'collega', ...reason);
  }

  // One, then ten, then the rest: a receiver that still fails stops the run at the first gate.
  const started = await kruispunt<{ id: string }>(
    'replay',
    'start',
    plan.id,
    '--ramp',
    '1,10,rest',
    '--yes',
    ...reason,
  );

  // Not by the run's own counters: by the audit trail and the positions.
  const { ok } = await kruispunt<{ ok: boolean }>('replay', 'verify', started.id);
  return { planned: plan.summary.queued, verified: ok };
}
