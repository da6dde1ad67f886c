import { Option, type Command } from 'commander';
import { CliFailure, exits } from '../failure.js';
import { dryRunOption, leaf, reasonOption, rehearsed, type ActOptions, type Tree } from '../leaf.js';
import { showPlan } from '../replay/describe-replay.js';
import type { PlanAnswer } from '../replay/replay-answers.js';
import type { Shell } from '../shell.js';
import { factLines } from '../table.js';
import { brussels } from '../time.js';
import type { ParkedActAnswer, ParkedItem } from './parked-answers.js';

type Verb = 'note' | 'assign' | 'discard' | 'restore';

/** `kruispunt parked note|assign|discard|restore|retry`: what a person does with a group, or with one event. */
export function actCommands(parked: Command, tree: Tree): void {
  leaf<ActOptions>(parked, tree, {
    usage: 'note <group> [text]',
    about: { nl: 'noteert iets bij een groep of een gebeurtenis', en: 'notes something on a group or an event' },
    example: 'kruispunt parked note 9f3b "certificaat verlopen, INC-4711" --reason "onderzocht met de ontvanger"',
    options: [reasonOption(), dryRunOption()],
    act: (shell, [id, note], options) => act(shell, 'note', id!, options, { note: note ?? null }),
  });
  leaf<ActOptions>(parked, tree, {
    usage: 'assign <group> [who]',
    about: { nl: 'zegt wie ernaar kijkt', en: 'says who looks at it' },
    example: 'kruispunt parked assign 9f3b an --reason "verdeling van de ochtend"',
    options: [reasonOption(), dryRunOption()],
    act: (shell, [id, who], options) => act(shell, 'assign', id!, options, { assignee: who ?? null }),
  });
  leaf<ActOptions & { readonly confirm?: string }>(parked, tree, {
    usage: 'discard <group>',
    about: {
      nl: 'legt een groep of gebeurtenis weg; 30 dagen terug te halen, daarna wordt de inhoud gewist',
      en: 'sets a group or event aside; undoable for 30 days, then its payload is erased',
    },
    example: 'kruispunt parked discard 9f3b --reason "testberichten van de bron" --confirm verhuizingen',
    options: [
      reasonOption(),
      dryRunOption(),
      new Option('--confirm <name>', 'naam van het abonnement, in plaats van ze te typen / name of the subscription'),
    ],
    act: discard,
  });
  leaf<ActOptions>(parked, tree, {
    usage: 'restore <group>',
    about: { nl: 'haalt terug wat weggelegd werd', en: 'undoes a discard' },
    example: 'kruispunt parked restore 9f3b --reason "toch nodig voor de ontvanger"',
    options: [reasonOption(), dryRunOption()],
    act: (shell, [id], options) => act(shell, 'restore', id!, options),
  });
  leaf<ActOptions & { readonly ticket?: string }>(parked, tree, {
    usage: 'retry <group>',
    about: { nl: 'maakt een plan om het opnieuw te sturen', en: 'makes a plan to send it again' },
    example: 'kruispunt parked retry 9f3b --reason "certificaat vernieuwd bij de ontvanger"',
    options: [reasonOption(), dryRunOption(), new Option('--ticket <id>', 'verwijzing / reference')],
    act: retry,
  });
}

async function act(
  shell: Shell,
  verb: Verb,
  id: string,
  { reason, dryRun }: ActOptions,
  own: Readonly<Record<string, string | null>> = {},
): Promise<void> {
  const answer = await shell
    .gateway('deliveryGateway')
    .post<ParkedActAnswer>(`/v1/parked/${encodeURIComponent(id)}/${verb}`, { ...own, reason, dryRun });
  const { events, keysFreed, eventsBehind, restorableUntil, subscriptions } = answer;
  const lines = factLines([
    [shell.say({ nl: 'abonnement', en: 'subscription' }), subscriptions.map(({ name }) => name).join(', ')],
    [shell.say({ nl: 'gebeurtenissen', en: 'events' }), events],
    ...(verb === 'discard'
      ? ([
          [shell.say({ nl: 'sleutels die verder gaan', en: 'keys that go on' }), keysFreed],
          [shell.say({ nl: 'daarachter', en: 'behind them' }), eventsBehind],
          [
            shell.say({ nl: 'terug te halen tot', en: 'restorable until' }),
            restorableUntil === null ? null : brussels(Date.parse(restorableUntil)),
          ],
        ] as const)
      : []),
  ]);
  rehearsed(shell, answer);
  shell.show({
    data: answer,
    lines: [`${verb} ${id}`, ...lines],
    next: answer.dryRun
      ? `kruispunt parked ${verb} ${id} --reason "…"`
      : verb === 'discard'
        ? `kruispunt parked restore ${id} --reason "…"`
        : 'kruispunt parked groups',
  });
}

/** Whoever sets events aside says of which subscription: it cannot be undone for ever. */
async function discard(
  shell: Shell,
  [id]: readonly string[],
  options: ActOptions & { readonly confirm?: string },
): Promise<void> {
  if (options.dryRun !== true) {
    const name = await nameOf(shell, id!);
    await shell.confirmName(
      {
        nl: `Dit legt gebeurtenissen van ${name} weg; na 30 dagen worden ze gewist.`,
        en: `This sets events of ${name} aside; after 30 days they are erased.`,
      },
      name,
      options.confirm,
    );
  }
  await act(shell, 'discard', id!, options);
}

async function nameOf(shell: Shell, id: string): Promise<string> {
  const gateway = shell.gateway('deliveryGateway');
  if (id.includes('~')) return (await gateway.get<ParkedItem>(`/v1/parked/${encodeURIComponent(id)}`)).name;
  const { items } = await gateway.get<{ readonly items: readonly ParkedItem[] }>('/v1/parked', {
    group: id,
    limit: '1',
  });
  if (items[0] !== undefined) return items[0].name;
  throw new CliFailure(exits.notFound, { nl: `niets geparkeerd onder ${id}`, en: `nothing is parked under ${id}` });
}

async function retry(
  shell: Shell,
  [id]: readonly string[],
  { reason, dryRun, ticket }: ActOptions & { readonly ticket?: string },
): Promise<void> {
  const plan = await shell
    .gateway('deliveryGateway')
    .post<PlanAnswer>(`/v1/parked/${encodeURIComponent(id!)}/retry`, { reason, dryRun, ticket });
  rehearsed(shell, plan);
  shell.show(showPlan(shell, plan));
}
