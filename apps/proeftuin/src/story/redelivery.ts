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
  readonly parked?: readonly { readonly eventId: string; readonly subscription: string }[];
  readonly items?: readonly { readonly eventId: string; readonly subscription: string }[];
}

/** The event is parked, where people can see it; the operator plans, a colleague approves, it is started and verified. */
export async function parkedAndRedelivered(day: Day): Promise<void> {
  const { stage, teller, expectations, receivers } = day;
  const own = day.subscriptions.get(subscription);
  const list = async () => {
    const answer = await stage.api('delivery-gateway', 'operator').get<Parked>('/v1/parked');
    return (answer.parked ?? answer.items ?? []).filter(
      (p) => p.subscription === own || p.subscription.endsWith(subscription),
    );
  };
  const [event] = await until('an event is parked', list, (found) => found.length > 0, 30_000);
  const id = event?.eventId ?? '';
  count(day.parked, subscription);
  teller.say(`the parking agency refuses one registration: it is parked (${id}), and holds only its own dossier`);
  receivers.parking.refuses = () => false;
  const before = receivers.parking.received.length;
  const plan = await say(day, [
    'replay',
    'plan',
    '--subscription',
    subscription,
    '--intent',
    'failed',
    '--reason',
    'de ontvanger is hersteld (proeftuin)',
    '-o',
    'json',
  ]);
  const planId = String((JSON.parse(plan.out || '{}') as { id?: string }).id ?? '');
  expectations.expect(
    'the operator plans the redelivery: a preview, nothing is sent',
    plan.code === 0 && receivers.parking.received.length === before,
    `plan ${planId}, exit code ${plan.code}${plan.code === 0 ? '' : ` ${plan.err}`}`,
  );
  const alone = await stage.cli([
    'replay',
    'approve',
    planId,
    '--reason',
    'ik keur mezelf goed (proeftuin)',
    '-o',
    'json',
  ]);
  expectations.expect('nobody approves alone', alone.code !== 0, `exit code ${alone.code}`);
  const approved = await say(
    day,
    ['replay', 'approve', planId, '--reason', 'nagekeken met de ontvanger (proeftuin)', '-o', 'json'],
    'collega',
  );
  expectations.expect(
    'a colleague approves what was planned',
    approved.code === 0,
    `exit code ${approved.code}${approved.code === 0 ? '' : ` ${approved.err}`}`,
  );
  const started = await say(day, [
    'replay',
    'start',
    planId,
    '--reason',
    'de ontvanger is hersteld (proeftuin)',
    '--yes',
    '-o',
    'json',
  ]);
  const run = String((JSON.parse(started.out || '{}') as { id?: string }).id ?? '');
  await expectations.check('the redelivery reaches the receiver with the same id', async () => {
    await until(
      'the event arrives',
      () => Promise.resolve(receivers.parking.received.filter((r) => r.id === id)),
      (r) => r.length > 0,
      20_000,
    );
    const got = receivers.parking.received.find((r) => r.id === id);
    return {
      ok: started.code === 0 && got?.replay !== undefined,
      detail: `run ${run}, exit code ${started.code}, kpreplay ${got?.replay ?? 'absent'}`,
    };
  });
  const verified = await say(day, ['replay', 'verify', run, '-o', 'json']);
  const { ok } = JSON.parse(verified.out || '{}') as { ok?: boolean };
  expectations.expect(
    'the redelivery is verified against the audit trail',
    verified.code === 0 && ok === true,
    `exit code ${verified.code}, ok ${String(ok)}${verified.code === 0 ? '' : ` ${verified.err}`}`,
  );
  await expectations.check('what was redelivered is parked no more', async () => {
    const left = await until('it leaves the list', list, (found) => !found.some((p) => p.eventId === id), 15_000);
    return { ok: true, detail: `${left.length} parked for ${subscription}` };
  });
}

/** Runs the operator's tool, and tells what was typed. */
async function say(day: Day, args: readonly string[], as?: string) {
  const shown = args.map((a) => (a.includes(' ') ? `"${a}"` : a)).join(' ');
  day.teller.say(`${as ?? 'operator'} $ npx kruispunt ${shown}`);
  return day.stage.cli(args, as);
}
