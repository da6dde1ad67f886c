import type { CliAnswer } from '../stage/stage.js';
import { until } from './api.js';
import { count, type Day } from './day.js';

const registration = 'be.vlaanderen.bevolking.inschrijving-voltooid.v1';
const subscription = 'parkeren-mutaties';

/** One receiver refuses the first registration it hears of, by its own judgement, until the operator has had it repaired. */
export function refuseOne(day: Day): void {
  let refused: string | undefined;
  day.receivers.parking.refuses = (event) => {
    if (event.type !== registration || event.at < day.startedAt) return false;
    refused ??= event.id;
    return event.id === refused;
  };
}

interface Parked {
  readonly items: readonly { readonly eventId: string; readonly subscription: string }[];
}

async function parkedNow(day: Day): Promise<readonly string[]> {
  const own = day.subscriptions.get(subscription);
  const { items } = await day.stage.api('delivery-gateway', 'operator').get<Parked>('/v1/parked');
  return items.filter((p) => p.subscription === own || p.subscription.endsWith(subscription)).map((p) => p.eventId);
}

/** The event is parked, where people can see it; the operator plans, a colleague approves, it is started and verified. */
export async function parkedAndRedelivered(day: Day): Promise<void> {
  const found = await until(
    'an event is parked',
    () => parkedNow(day),
    (ids) => ids.length > 0,
    30_000,
  );
  const event = found[0] ?? '';
  count(day.parked, subscription);
  day.teller.say(
    `the parking agency refuses one registration: it is parked (${event}), and holds only its own dossier`,
  );
  day.receivers.parking.refuses = () => false;
  const plan = await planAndApprove(day);
  await startAndVerify(day, plan, event);
}

async function planAndApprove(day: Day): Promise<string> {
  const { stage, expectations, receivers } = day;
  const before = receivers.parking.received.length;
  const planned = await typed(day, [
    ...['replay', 'plan', '--subscription', subscription, '--intent', 'failed'],
    ...['--reason', 'de ontvanger is hersteld (proeftuin)', '-o', 'json'],
  ]);
  const plan = idIn(planned);
  expectations.expect(
    'the operator plans the redelivery: a preview, nothing is sent',
    planned.code === 0 && receivers.parking.received.length === before,
    `plan ${plan}, ${wordsOf(planned)}`,
  );
  const alone = await stage.cli([
    'replay',
    'approve',
    plan,
    '--reason',
    'ik keur mezelf goed (proeftuin)',
    '-o',
    'json',
  ]);
  expectations.expect('nobody approves alone', alone.code === 4, `exit code ${alone.code}`);
  const reason = 'nagekeken met de ontvanger (proeftuin)';
  const approved = await typed(day, ['replay', 'approve', plan, '--reason', reason, '-o', 'json'], 'collega');
  expectations.expect('a colleague approves what was planned', approved.code === 0, wordsOf(approved));
  return plan;
}

async function startAndVerify(day: Day, plan: string, event: string): Promise<void> {
  const { expectations, receivers } = day;
  const reason = 'de ontvanger is hersteld (proeftuin)';
  const started = await typed(day, ['replay', 'start', plan, '--reason', reason, '--yes', '-o', 'json']);
  const run = idIn(started);
  await expectations.check('the redelivery reaches the receiver with the same id', async () => {
    const seen = () => Promise.resolve(receivers.parking.received.find((r) => r.id === event));
    const got = await until('the event arrives', seen, (r) => r !== undefined, 20_000);
    const ok = started.code === 0 && got?.replay !== undefined;
    return { ok, detail: `run ${run}, ${wordsOf(started)}, kpreplay ${got?.replay ?? 'absent'}` };
  });
  const verified = await typed(day, ['replay', 'verify', run, '-o', 'json']);
  const { ok } = JSON.parse(verified.out || '{}') as { ok?: boolean };
  expectations.expect(
    'the redelivery is verified against the audit trail',
    verified.code === 0 && ok === true,
    `${wordsOf(verified)}, ok ${String(ok)}`,
  );
  await expectations.check('what was redelivered is parked no more', async () => {
    const left = await until(
      'it leaves the list',
      () => parkedNow(day),
      (ids) => !ids.includes(event),
      15_000,
    );
    return { ok: true, detail: `${left.length} parked for ${subscription}` };
  });
}

const idIn = (answer: CliAnswer): string => String((JSON.parse(answer.out || '{}') as { id?: string }).id ?? '');
const wordsOf = ({ code, err }: CliAnswer): string => `exit code ${code}${code === 0 ? '' : ` ${err}`}`;

/** Runs the operator's tool, and tells what was typed. */
function typed(day: Day, args: readonly string[], as?: string): Promise<CliAnswer> {
  const shown = args.map((a) => (a.includes(' ') ? `"${a}"` : a)).join(' ');
  day.teller.say(`${as ?? 'operator'} $ npx kruispunt ${shown}`);
  return day.stage.cli(args, as);
}
