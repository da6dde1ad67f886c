import { Option, type Command } from 'commander';
import { leaf, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';
import { factLines, tableLines, type Cell } from '../table.js';
import { effectiveLines, type EffectiveAnswer } from './describe-effective.js';
import { simulateCommand } from './simulate.command.js';
import { subjectCommands } from './subjects.command.js';
import { subscriptionId } from './subscription-id.js';

interface SubscriptionAnswer {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  readonly state: string;
  readonly channel: string;
  readonly protocol?: string;
  readonly protocolVersion?: number;
  readonly hoedanigheid: string;
  readonly types: readonly string[];
  readonly circuit: { readonly kind: string };
  readonly [more: string]: unknown;
}

/** `kruispunt subscription list|show|simulate|subjects`. */
export function subscriptionCommands(subscription: Command, tree: Tree): void {
  leaf(subscription, tree, {
    usage: 'list',
    about: { nl: 'de abonnementen', en: 'the subscriptions' },
    example: 'kruispunt subscription list -o jsonl',
    act: list,
  });
  leaf<{ readonly effective?: boolean }>(subscription, tree, {
    usage: 'show <subscription>',
    about: { nl: 'een abonnement', en: 'a subscription' },
    example: 'kruispunt subscription show dienst-wonen/verhuizingen --effective',
    options: [
      new Option(
        '--effective',
        'zoals de server het toepast, niet zoals het gevraagd is / as the server applies it, not as it was asked',
      ),
    ],
    act: (shell, [id], { effective }) => show(shell, id!, effective === true),
  });
  simulateCommand(subscription, tree);
  subjectCommands(subscription, tree);
}

async function list(shell: Shell): Promise<void> {
  const answer = await shell
    .gateway('deliveryGateway')
    .get<{ readonly subscriptions: readonly SubscriptionAnswer[] }>('/v1/subscriptions');
  const rows = answer.subscriptions.map((s) => [
    s.id,
    s.name,
    s.organisation,
    s.state,
    s.circuit.kind,
    s.channel,
    s.protocol === undefined ? undefined : `${s.protocol}@${s.protocolVersion ?? '?'}`,
    s.types.length,
  ]);
  shell.show({
    data: answer,
    list: answer.subscriptions,
    lines: tableLines({
      columns: ['id', 'name', 'organisation', 'state', 'circuit', 'channel', 'protocol', 'types'],
      rows,
    }),
    ...(answer.subscriptions[0] && { next: `kruispunt subscription show ${answer.subscriptions[0].id}` }),
  });
}

async function show(shell: Shell, wanted: string, effective: boolean): Promise<void> {
  const gateway = shell.gateway('deliveryGateway');
  const path = `/v1/subscriptions/${encodeURIComponent(await subscriptionId(shell, wanted))}`;
  if (effective) {
    const s = await gateway.get<EffectiveAnswer>(`${path}/effective`);
    const next = `kruispunt subscription simulate ${s.id} --last 100`;
    return shell.show({ data: s, lines: effectiveLines(shell, s), next });
  }
  const s = await gateway.get<SubscriptionAnswer>(path);
  const facts = Object.entries(s).map(([name, value]) => [name, cellOf(value)] as const);
  const next = `kruispunt subscription show ${s.id} --effective`;
  shell.show({ data: s, lines: [s.name, ...factLines(facts)], next });
}

const cellOf = (value: unknown): Cell =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as Cell);
