import { randomUUID } from 'node:crypto';
import { complete, ev, type EventType } from '@kruispunt/contracts';
import { toRecord } from '@kruispunt/event';
import { until } from '@kruispunt/testkit';
import { operator, type Json, type TestSystem } from './system.js';

export interface Instance {
  readonly id: string;
  readonly state: string;
  readonly timers: readonly { readonly name: string; readonly dueAt: string }[];
  readonly history: readonly {
    readonly input: string;
    readonly eventId: string | null;
    readonly verdict: string;
    readonly state: string;
  }[];
}

/** The instance of a dossier as operators see it; undefined when there is none. */
export async function instanceOf(bench: TestSystem, dossier: string): Promise<Instance | undefined> {
  const { body } = await bench.ask('chain-integrator', operator, `GET /v1/instances?dossier=${dossier}`);
  const found = body['instances'] as readonly { readonly id: string }[];
  if (found.length > 1) throw new Error(`${dossier} has ${found.length} instances`);
  if (!found[0]) return undefined;
  return (await bench.ask('chain-integrator', operator, `GET /v1/instances/${found[0].id}`))
    .body as unknown as Instance;
}

export const comesTo = (bench: TestSystem, dossier: string, state: string): Promise<void> =>
  until(`${dossier} comes to ${state}`, async () => (await instanceOf(bench, dossier))?.state === state, 60_000);

/** The district officer's report, as the police's own system puts it into the log. */
export async function report(bench: TestSystem, dossier: string, controledatum: string, id?: string): Promise<void> {
  const type = ev.WoonstcontroleUitgevoerdV1;
  const data = { dossier, controledatum, resultaat: 'BEVESTIGD', pogingen: 1, verslagRef: 'verslag' };
  const envelope = {
    specversion: '1.0' as const,
    id: id ?? randomUUID(),
    source: 'urn:be:ovo:OVO999201:systeem:politiezone',
    type: type.type,
    subject: `urn:kruispunt:dossier:${dossier}`,
    time: new Date().toISOString(),
    data: complete(type, { ...data, politiezone: 'PZ-24062', tijdstipRegistratie: new Date().toISOString() } as never),
  };
  const log = await bench.log.writer();
  await log.append([toRecord(envelope, type as EventType<never>, await bench.schemaIds())]);
}

/** Ids of the events of one type that stand in the log for a dossier; a second copy of one counts once. */
export async function loggedFor(
  bench: TestSystem,
  type: EventType<never> | EventType,
  dossier: string,
): Promise<readonly string[]> {
  const entries = await bench.log.since(type.topic);
  const own = entries.filter(({ headers }) => headers['ce_type'] === type.type && headers['ce_kpdossier'] === dossier);
  return [...new Set(own.map(({ headers }) => headers['ce_id'] ?? ''))];
}

/** Moves the clock of the proving ground; answers what it then shows. */
export async function advance(bench: TestSystem, period: string): Promise<Json> {
  const { status, body } = await bench.ask('chain-integrator', operator, 'POST /v1/clock', { advance: period });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
}
