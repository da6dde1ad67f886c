import { randomUUID } from 'node:crypto';
import { ev } from '@kruispunt/contracts';
import { publisher, type CloudEvent, type Receipt } from '@kruispunt/sdk';
import { municipality, type TestSystem } from './system.js';

export const open = ev.BeslissingBekendgemaaktV1;
export const personal = ev.AdreswijzigingAangegevenV1;

export const freshKey = (stem: string): string => `${stem}-${randomUUID().slice(0, 12)}`;
const source = `urn:be:ovo:${municipality.organisation}:systeem:e2e`;
const nis = municipality.nis?.[0] ?? '';

/** A decision on a permit is published: open to everybody. */
export const decision = (projectnummer: string, changes: object = {}): CloudEvent & { readonly id: string } => ({
  id: randomUUID(),
  source,
  type: open.type,
  subject: `urn:omv:${projectnummer}`,
  kpgemeentenis: nis,
  data: {
    projectnummer,
    wijze: 'AANPLAKKING',
    eersteDag: '2026-07-06',
    beroepTot: '2026-08-05',
    uitvoerbaarVanaf: '2026-08-11',
    tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
  },
  ...changes,
});

/** A move is declared: about a person, so only under a protocol. `data` replaces fields of the payload. */
export const move = (dossier: string, data: object = {}): CloudEvent & { readonly id: string } => ({
  id: randomUUID(),
  source,
  type: personal.type,
  subject: `urn:kruispunt:dossier:${dossier}`,
  kpgemeentenis: nis,
  data: {
    dossier,
    subjectPseudoniemen: [`p1.${dossier.toLowerCase()}`],
    wijziging: 'ANDERE_GEMEENTE',
    aangiftedatum: '2026-02-27',
    nisOud: '11002',
    nisNieuw: nis,
    tijdstipRegistratie: '2026-03-02T09:15:00.123Z',
    ...data,
  },
});

/** Publishes through the gateway, in batches; every event must be accepted. Receipts in order, with their signed form. */
export async function publish(
  bench: TestSystem,
  events: readonly CloudEvent[],
): Promise<readonly { readonly receipt: Receipt; readonly signed: string }[]> {
  const gateway = publisher({ url: bench.system.url('publish-gateway'), token: () => bench.token(municipality) });
  const accepted = [];
  for (let from = 0; from < events.length; from += 500) {
    for (const outcome of await gateway.publishBatch(events.slice(from, from + 500))) {
      if (outcome.kind === 'refused') throw new Error(`refused: ${JSON.stringify(outcome.problem)}`);
      accepted.push(outcome);
    }
  }
  return accepted;
}

/** One event, one request; the answer whatever it is. */
export async function post(bench: TestSystem, event: unknown): Promise<Response> {
  return fetch(`${bench.system.url('publish-gateway')}/v1/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await bench.token(municipality)}`,
      'content-type': 'application/cloudevents+json',
    },
    body: JSON.stringify({ specversion: '1.0', ...(event as object) }),
  });
}
