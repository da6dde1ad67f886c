import { Option, type Command } from 'commander';
import { CliFailure, exits } from '../failure.js';
import { leaf, type Tree } from '../leaf.js';
import type { Shell } from '../shell.js';
import { tableLines } from '../table.js';
import { brussels } from '../time.js';
import type { IndexPage } from './index-page.js';

interface ParkedAnswer {
  readonly items: readonly {
    readonly id: string;
    readonly name: string;
    readonly error: { readonly reason: string };
  }[];
}
interface SubscriptionList {
  readonly subscriptions?: readonly { readonly id: string; readonly name: string; readonly types: readonly string[] }[];
}
interface Deliveries {
  readonly deliveries?: readonly {
    readonly eventId: string;
    readonly outcome: string;
    readonly at: string;
    readonly attempt: number;
    readonly replay: string | null;
  }[];
}

/** `kruispunt event trace`: where an event stands in the log, and what became of it at each subscription. */
export const traceCommand = (event: Command, tree: Tree): void =>
  leaf<{ readonly source?: string }>(event, tree, {
    usage: 'trace <id>',
    about: {
      nl: 'de weg van een gebeurtenis: log, afleveringen, geparkeerd',
      en: 'the way of an event: log, deliveries, parked',
    },
    example: 'kruispunt event trace 018f7c1e-6d2a-7c44-9b1e-1f0a2b3c4d5e',
    options: [new Option('--source <source>', 'van welke bron / of which source')],
    act: trace,
  });

async function trace(shell: Shell, [id]: readonly string[], { source }: { readonly source?: string }): Promise<void> {
  const { events } = await shell.gateway('publishGateway').get<IndexPage>('/v1/index', { id, source });
  if (events.length === 0) {
    throw new CliFailure(
      exits.notFound,
      { nl: `geen gebeurtenis ${id} in de index`, en: `no event ${id} in the index` },
      {
        nl: 'pas gepubliceerd? de index loopt een seconde achter',
        en: 'published just now? the index is a second behind',
      },
    );
  }
  const delivery = shell.gateway('deliveryGateway');
  const parked = (await delivery.get<ParkedAnswer>('/v1/parked', { event: id })).items;
  const deliveries = await deliveriesOf(shell, id!, new Set(events.map((e) => e.type)));
  const steps = [
    ...events.map((e) => [
      brussels(Date.parse(e.loggedAt)),
      'log',
      `${e.topic}/${e.partition}/${e.offset}`,
      e.type,
      e.organisation ?? null,
    ]),
    ...deliveries.map((d) => [
      brussels(Date.parse(d.at)),
      'delivery',
      d.subscription,
      d.outcome,
      d.replay === null ? `#${d.attempt}` : `#${d.attempt} ${d.replay}`,
    ]),
    ...parked.map((p) => [null, 'parked', p.name, p.error.reason, p.id]),
  ];
  shell.show({
    data: { kind: 'EventTrace', apiVersion: 'kruispunt/v1', id, events, deliveries, parked },
    list: [...events, ...deliveries, ...parked],
    lines: tableLines({ columns: ['at', 'where', 'what', 'how', 'more'], rows: steps }),
    next: parked[0] === undefined ? `kruispunt receipt verify FILE` : `kruispunt parked show ${parked[0].id}`,
  });
}

/** Every subscription's own log is asked; one that does not let itself be asked says nothing. */
async function deliveriesOf(shell: Shell, event: string, types: ReadonlySet<string>) {
  const gateway = shell.gateway('deliveryGateway');
  const list = await gateway.get<SubscriptionList>('/v1/subscriptions');
  const concerned = (list.subscriptions ?? []).filter((s) => s.types.some((type) => types.has(type)));
  const found = await Promise.all(
    concerned.map(async ({ id, name }) => {
      const page = await gateway
        .get<Deliveries>(`/v1/subscriptions/${id}/deliveries`, { event })
        .catch(() => ({ deliveries: [] }));
      return (page.deliveries ?? []).map((delivery) => ({ ...delivery, subscription: name }));
    }),
  );
  return found.flat().sort((a, b) => (a.at < b.at ? -1 : 1));
}
