import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { pull } from '@kruispunt/sdk';
import { CliFailure, exits } from '../failure.js';
import { leaf, whole, type Tree } from '../leaf.js';
import { plain, plainJson } from '../plain.js';
import type { Shell } from '../shell.js';
import { forward, type Forwarded } from './forward.js';
import { ListenStates, type ListenState } from './listen-state.js';
import { localKey } from './local-key.js';

interface ListenOptions {
  readonly forwardTo: string;
  readonly subscription?: string;
  readonly types?: string;
  readonly hoedanigheid: string;
  readonly protocol?: string;
  readonly backfill?: string;
  readonly printKey?: boolean;
  readonly count?: number;
}

const waitS = 20;

/** `kruispunt dev listen`: brings deliveries to a program on this machine, through pull: no open port, no tunnel. */
export const listenCommand = (dev: Command, tree: Tree): void =>
  leaf<ListenOptions>(dev, tree, {
    usage: 'listen',
    about: {
      nl: 'brengt leveringen naar een programma op deze machine, via pull; onthoudt waar het stopte',
      en: 'brings deliveries to a program on this machine, through pull; remembers where it stopped',
    },
    example:
      'kruispunt dev listen --as kaart --types be.vlaanderen.omgeving.aanvraag-ingediend.v1 --forward-to http://127.0.0.1:3000/hook --backfill 2h',
    options: [
      new Option('--forward-to <url>', 'waar het programma luistert / where the program listens').makeOptionMandatory(),
      new Option(
        '--subscription <id>',
        'een eigen pull-abonnement in plaats van een nieuw / a pull subscription of yours',
      ),
      new Option('--types <types>', 'gebeurtenistypes, met komma / event types, by comma'),
      new Option('--hoedanigheid <name>', 'in welke hoedanigheid / in which capacity').default('ontwikkeling'),
      new Option('--protocol <name@version>', 'onder welk protocol / under which protocol'),
      new Option('--backfill <span>', 'ook wat al voorbij is, bv. 2h / also what is past, e.g. 2h'),
      new Option('--print-key', 'toont de sleutel om mee te verifiëren / shows the key to verify with'),
      new Option('--count <n>', 'stop na zoveel / stop after so many').argParser(whole),
    ],
    act: listen,
  });

async function listen(shell: Shell, _: readonly string[], options: ListenOptions): Promise<void> {
  const { world } = shell;
  const url = urlOf(options.forwardTo);
  const key = localKey(join(world.folder, '.kruispunt', 'dev-key.json'));
  if (options.printKey === true) shell.tell(`KRUISPUNT_WEBHOOK_KEY=${key.published}`);
  const states = new ListenStates(world.folder);
  const name = `${shell.context.deliveryGateway} ${shell.options.as ?? ''}`.trim();
  let state = await stateOf(shell, options, states.find(name));
  states.keep(name, state);
  shell.tell({
    nl: `abonnement ${state.subscription} → ${url}; Ctrl-C stopt, de cursor blijft`,
    en: `subscription ${state.subscription} → ${url}; Ctrl-C stops, the cursor stays`,
  });
  const { subscription } = state;
  const { interrupted, now } = world;
  const silence = (why: string) =>
    shell.tell({
      nl: `niemand antwoordt op ${url} (${plain(why)}); ik wacht`,
      en: `nobody answers at ${url} (${plain(why)}); waiting`,
    });
  let left = options.count ?? Infinity;
  const pages = pull({
    url: shell.context.deliveryGateway ?? '',
    token: () => shell.renewedToken(),
    subscription,
    waitS,
    // A page is acknowledged when the next is asked for: never more than may still be forwarded.
    limit: Math.min(100, left),
    signal: interrupted,
    ...(state.cursor !== undefined && { after: state.cursor }),
  });
  for await (const page of pages) {
    for (const event of page.events) {
      const answer = await forward(event, { url, key, subscription, now, interrupted, onSilence: silence });
      if (answer === undefined) break;
      told(shell, answer);
      left -= 1;
    }
    if (interrupted.aborted) break;
    state = { subscription, cursor: page.next };
    states.keep(name, state);
    if (left <= 0) break;
  }
  if (interrupted.aborted) shell.exit = exits.interrupted;
  if (state.cursor !== undefined && !interrupted.aborted)
    await shell.gateway('deliveryGateway').post(`/v1/subscriptions/${subscription}/ack`, { cursor: state.cursor });
}

function told(shell: Shell, answer: Forwarded): void {
  const mark = answer.status >= 200 && answer.status < 300 ? '✔' : '✘';
  const line = `${mark} ${answer.status}  ${answer.ms} ms  ${answer.type}  ${answer.id}`;
  shell.world.stdout.write(`${shell.form === 'table' ? plain(line) : plainJson(answer)}\n`);
}

/** The subscription of before with its cursor; another when one is named; a new one when there is none, or the past is asked for. */
async function stateOf(shell: Shell, options: ListenOptions, before: ListenState | undefined): Promise<ListenState> {
  const { subscription, backfill } = options;
  if (subscription !== undefined) return before?.subscription === subscription ? before : { subscription };
  const gateway = shell.gateway('deliveryGateway');
  if (before !== undefined && backfill === undefined) {
    const { state } = await gateway.get<{ readonly state: string }>(`/v1/subscriptions/${before.subscription}`);
    if (state === 'active') return before;
  }
  if (options.types === undefined)
    throw new CliFailure(exits.usage, {
      nl: '--types is nodig voor een nieuw abonnement, of --subscription voor een bestaand',
      en: '--types is needed for a new subscription, or --subscription for one there is',
    });
  const start = backfill === undefined ? undefined : shell.time('--backfill', `-${backfill}`);
  const [protocol, version] = options.protocol?.split('@') ?? [];
  const added = await gateway.post<{ readonly id: string }>('/v1/subscriptions', {
    name: `dev-${shell.world.now().toString(36)}`,
    channel: 'PULL',
    hoedanigheid: options.hoedanigheid,
    types: options.types.split(',').map((type) => type.trim()),
    start: start === undefined ? 'now' : new Date(start).toISOString(),
    ...(protocol !== undefined && { protocol, protocolVersion: Number(version) }),
  });
  if (before !== undefined) await end(shell, before.subscription);
  return { subscription: added.id };
}

/** One that nobody will pull any more would only hold on to the log. */
async function end(shell: Shell, subscription: string): Promise<void> {
  try {
    await shell.gateway('deliveryGateway').json(`/v1/subscriptions/${subscription}`, { method: 'DELETE' });
  } catch (thrown) {
    if (!(thrown instanceof CliFailure)) throw thrown;
    shell.tell({
      nl: `abonnement ${subscription} is niet beëindigd: ${thrown.what.nl}`,
      en: `subscription ${subscription} was not ended: ${thrown.what.en}`,
    });
  }
}

function urlOf(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new CliFailure(exits.usage, {
    nl: `--forward-to: "${plain(text)}" is geen URL`,
    en: `--forward-to: "${plain(text)}" is no URL`,
  });
}
