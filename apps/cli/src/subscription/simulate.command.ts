import { Option, type Command } from 'commander';
import { CliFailure, exits } from '../failure.js';
import { leaf, whole, type Tree } from '../leaf.js';
import { readObject } from '../read-object.js';
import type { Shell } from '../shell.js';
import { tableLines } from '../table.js';
import { subscriptionId } from './subscription-id.js';

interface SimulatedAnswer {
  readonly subscription: string;
  readonly name?: string;
  readonly gets: 'yes' | 'no' | 'cannot-tell';
  readonly rule?: string;
  readonly fields?: readonly string[];
  readonly event?: { readonly id: string; readonly type: string; readonly at: string };
}

interface SimulateOptions {
  readonly event?: string;
  readonly last?: number;
  readonly reason?: string;
}

/** `kruispunt subscription simulate`: who would get an event, or what of the last ones one subscription gets. Nothing leaves. */
export const simulateCommand = (subscription: Command, tree: Tree): void =>
  leaf<SimulateOptions>(subscription, tree, {
    usage: 'simulate [subscription]',
    about: {
      nl: 'wie een event zou krijgen, met welke velden en waarom',
      en: 'who would get an event, with which fields, and why',
    },
    example: 'kruispunt subscription simulate --event verhuis.json --reason "vraag van de afnemer"',
    options: [
      new Option('--event <file>', 'een CloudEvent als JSON; - is stdin / a CloudEvent as JSON; - is stdin'),
      new Option(
        '--last <n>',
        'met de laatste echte events van een abonnement, gemaskeerd / with the last real events of a subscription, masked',
      ).argParser(whole),
      new Option('--reason <text>', 'waarom, voor wie voor een ander kijkt / why, for who looks for another'),
    ],
    act: simulate,
  });

async function simulate(shell: Shell, [id]: readonly string[], options: SimulateOptions): Promise<void> {
  const { event, last, reason } = options;
  if ((event === undefined) === (id === undefined))
    throw new CliFailure(exits.usage, {
      nl: 'geef --event FILE, of een abonnement (met --last N)',
      en: 'give --event FILE, or a subscription (with --last N)',
    });
  const why = reason !== undefined && { reason };
  const [path, body] =
    event === undefined
      ? [
          `/v1/subscriptions/${encodeURIComponent(await subscriptionId(shell, id!))}/simulate`,
          { ...(last !== undefined && { last }), ...why },
        ]
      : ['/v1/subscriptions/simulate', { event: await readObject(event, shell.world), ...why }];
  const answer = await shell
    .gateway('deliveryGateway')
    .post<{ readonly results: readonly SimulatedAnswer[] }>(path, body);
  const { results } = answer;
  shell.show({
    data: answer,
    list: results,
    lines: tableLines({
      columns:
        event === undefined
          ? ['event', 'at', 'gets', 'rule', 'fields']
          : ['subscription', 'name', 'gets', 'rule', 'fields'],
      rows: results.map((one) => [
        ...(event === undefined ? [one.event?.id, one.event?.at] : [one.subscription, one.name]),
        one.gets,
        one.rule,
        one.fields?.join(' '),
      ]),
    }),
    ...(results[0] && { next: `kruispunt subscription show ${results[0].subscription} --effective` }),
  });
}
