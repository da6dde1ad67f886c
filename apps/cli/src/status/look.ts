import type { Service, Shell } from '../shell.js';

const watched: readonly Service[] = ['publishGateway', 'deliveryGateway', 'chainIntegrator', 'bevolking'];

export interface Part {
  readonly name: string;
  readonly ready: boolean;
  readonly detail: string;
}

export interface Flow {
  readonly subscriptions: readonly {
    readonly id: string;
    readonly name: string;
    readonly backlog: number;
    readonly lagS: number;
    readonly circuit: { readonly kind: string };
    readonly [fact: string]: unknown;
  }[];
  readonly total: Readonly<Record<string, number>>;
  readonly circuits?: Readonly<Record<string, number>>;
}

/** What one look at the system found; what could not be had is null. */
export interface Look {
  readonly kind: 'Status';
  readonly apiVersion: 'kruispunt/v1';
  readonly parts: readonly Part[];
  readonly flow: Flow | null;
  readonly parked: number | null;
  readonly activeReplays: number | null;
  /** Events accepted since the publish gateway started, and per second since the look before. */
  readonly accepted: number | null;
  readonly acceptedPerS: number | null;
}

/** Where an earlier look stood: rates are counted from it. */
export interface Earlier {
  readonly accepted: number | null;
  /** ms */
  readonly at: number;
}

/** Asks every process and the delivery gateway, all at once. Never throws: the table of processes says what is missing. */
export async function look(shell: Shell, earlier?: Earlier): Promise<Look> {
  const gateway = () => shell.gateway('deliveryGateway');
  const here = watched.filter((service) => shell.context[service] !== undefined || service !== 'bevolking');
  const [parts, flow, parked, replays, accepted] = await Promise.all([
    Promise.all(here.map((service) => ready(shell, service))),
    quietly(() => gateway().get<Flow>('/v1/flow')),
    quietly(() => gateway().get<{ readonly groups: readonly { readonly count: number }[] }>('/v1/parked/groups')),
    quietly(() => gateway().get<{ readonly runs: readonly unknown[] }>('/v1/replays', { active: 'true' })),
    quietly(() => acceptedOf(shell)),
  ]);
  return {
    kind: 'Status',
    apiVersion: 'kruispunt/v1',
    parts,
    flow: flow ?? null,
    parked: flow?.total['parked'] ?? parked?.groups.reduce((sum, group) => sum + group.count, 0) ?? null,
    activeReplays: replays?.runs.length ?? null,
    accepted: accepted ?? null,
    acceptedPerS: rateOf(accepted, earlier, shell.world.now()),
  };
}

/** A counter that is lower than before began anew. */
function rateOf(accepted: number | undefined, earlier: Earlier | undefined, now: number): number | null {
  if (accepted === undefined || earlier?.accepted == null || now <= earlier.at) return null;
  const more = accepted >= earlier.accepted ? accepted - earlier.accepted : accepted;
  return Math.round((more / (now - earlier.at)) * 10_000) / 10;
}

async function acceptedOf(shell: Shell): Promise<number> {
  const text = await shell.gateway('publishGateway').text('/metrics');
  const lines = text.matchAll(/^kruispunt_events_accepted_total(?:\{[^}]*\})? ([\d.e+]+)$/gm);
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
}

async function ready(shell: Shell, service: Service): Promise<Part> {
  const url = shell.context[service];
  if (url === undefined)
    return { name: service, ready: false, detail: shell.say({ nl: 'niet in de context', en: 'not in the context' }) };
  try {
    const answer = await fetch(`${url.replace(/\/+$/, '')}/health/ready`, { signal: AbortSignal.timeout(3_000) });
    return { name: service, ready: answer.ok, detail: answer.ok ? url : `${url} · ${answer.status}` };
  } catch {
    const detail = `${url} · ${shell.say({ nl: 'niet te bereiken', en: 'cannot be reached' })}`;
    return { name: service, ready: false, detail };
  }
}

async function quietly<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}
