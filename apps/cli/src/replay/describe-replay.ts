import { exits, type Exit } from '../failure.js';
import { factLines } from '../table.js';
import { brussels } from '../time.js';
import type { Shell, Shown } from '../shell.js';
import type { PlanAnswer, RunAnswer } from './replay-answers.js';

const causes: Readonly<Record<string, { readonly nl: string; readonly en: string }>> = {
  'personal-data': { nl: 'persoonsgegevens', en: 'personal data' },
  items: { nl: 'meer dan 1 000 items', en: 'more than 1 000 items' },
  duplicates: { nl: 'duplicaten bij de ontvanger', en: 'duplicates for the receiver' },
};

const at = (text: string | null | undefined): string | null => (text == null ? null : brussels(Date.parse(text)));

function duration(ms: number): string {
  const s = Math.ceil(ms / 1_000);
  return s < 120 ? `±${s} s` : `±${Math.ceil(s / 60)} min`;
}

/** A plan, as it is previewed: what will happen, what will not and why, and what to type next. */
export function showPlan(shell: Shell, plan: PlanAnswer): Shown {
  const { summary: s, request, approval } = plan;
  const skipped = Object.entries(s.skipped)
    .map(([reason, n]) => `${n} ${reason}`)
    .join(' · ');
  const needed = approval.needed.map((cause) => (causes[cause] ? shell.say(causes[cause]) : cause)).join(', ');
  const lines = factLines([
    [shell.say({ nl: 'abonnement', en: 'subscription' }), plan.subscription],
    [
      shell.say({ nl: 'bereik', en: 'range' }),
      `${request.intent} · ${at(request.from) ?? '…'} → ${at(request.to) ?? at(plan.createdAt)!}`,
    ],
    ['items', `${s.queued}${s.limited ? '+' : ''} · ${s.subjects} ${shell.say({ nl: 'sleutels', en: 'keys' })}`],
    [
      'types',
      Object.entries(s.byType)
        .map(([type, n]) => `${n} ${type}`)
        .join(' · '),
    ],
    [shell.say({ nl: 'overgeslagen', en: 'left out' }), skipped],
    [shell.say({ nl: 'niet meer toegestaan', en: 'no longer allowed' }), s.notAllowed],
    [shell.say({ nl: 'inhoud vervallen', en: 'payload expired' }), s.payloadExpired],
    [shell.say({ nl: 'duplicaten', en: 'duplicates' }), s.duplicates],
    [shell.say({ nl: 'volgorde', en: 'order' }), request.order],
    [
      shell.say({ nl: 'geschat', en: 'estimated' }),
      `${duration(s.estimatedMs)} ${shell.say({ nl: 'bij 5/s', en: 'at 5/s' })}`,
    ],
    [
      shell.say({ nl: 'goedkeuring', en: 'approval' }),
      approval.by ??
        (needed === ''
          ? shell.say({ nl: 'niet nodig', en: 'not needed' })
          : `${shell.say({ nl: 'nodig', en: 'needed' })} (${needed})`),
    ],
    [
      shell.say({ nl: 'reden', en: 'reason' }),
      request.ticket === undefined ? request.reason : `${request.reason} (${request.ticket})`,
    ],
    ['digest', plan.digest],
  ]);
  const title = `Plan ${plan.id}  ${plan.state}  (${shell.say({ nl: 'vervalt', en: 'expires' })} ${at(plan.expiresAt)})`;
  return { data: plan, lines: [title, ...lines], ...nextOf(plan) };
}

function nextOf(plan: PlanAnswer): { readonly next?: string } {
  if (plan.dryRun === true) return {};
  if (plan.run) return { next: `kruispunt replay watch ${plan.run.id}` };
  if (plan.summary.queued === 0) return { next: 'kruispunt parked list' };
  if (plan.state === 'approved' || (plan.state === 'planned' && plan.approval.needed.length === 0))
    return { next: `kruispunt replay start ${plan.id} --reason "…"` };
  return plan.state === 'planned' ? { next: `kruispunt replay approve ${plan.id} --reason "…"` } : {};
}

/** A run: how far, how it ended, and what to type next. Exit 5 when items failed or the run stands still, 1 when it was cancelled. */
export function showRun(shell: Shell, run: RunAnswer): Shown {
  const { items } = run;
  const reasons = Object.entries(run.reasons)
    .map(([reason, n]) => `${n} ${reason}`)
    .join(' · ');
  const lines = factLines([
    ['plan', run.plan],
    [shell.say({ nl: 'abonnement', en: 'subscription' }), run.subscription],
    [
      'items',
      `${items.delivered} ok · ${items.failed} ${shell.say({ nl: 'fout', en: 'failed' })} · ${items.skipped} ${shell.say({ nl: 'overgeslagen', en: 'left out' })} · ${items.queued + items.sending} open · ${items.total}`,
    ],
    [shell.say({ nl: 'waarom', en: 'why' }), reasons],
    [shell.say({ nl: 'snelheid', en: 'rate' }), `${run.rate}/s · ramp ${run.ramp}`],
    [shell.say({ nl: 'gestart', en: 'started' }), `${at(run.startedAt)} · ${run.startedBy}`],
    [shell.say({ nl: 'geëindigd', en: 'ended' }), at(run.endedAt)],
  ]);
  const pause = run.state === 'paused' ? ` (${run.pauseCause ?? '?'})` : '';
  return {
    data: run,
    lines: [`Run ${run.id}  ${run.state}${pause}`, ...lines],
    next: nextOfRun(run),
    exit: exitOfRun(run),
  };
}

const nextOfRun = (run: RunAnswer): string => {
  switch (run.state) {
    case 'running':
      return `kruispunt replay watch ${run.id}`;
    case 'paused':
      return `kruispunt replay show ${run.id} --items --state failed; kruispunt replay resume ${run.id} --reason "…"`;
    default:
      return `kruispunt replay verify ${run.id}`;
  }
};

export function exitOfRun(run: RunAnswer): Exit {
  if (run.state === 'cancelled') return exits.failed;
  if (run.state === 'paused') return exits.partial;
  return run.state === 'done' && run.items.failed > 0 ? exits.partial : exits.ok;
}
