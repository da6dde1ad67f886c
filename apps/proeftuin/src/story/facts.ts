import { publisher, type Published } from '@kruispunt/sdk';
import { organisations, type OrganisationName } from '../cast/organisations.js';
import { until } from './api.js';
import type { Day } from './day.js';
import { stateOf } from './moves.js';
import { note } from './publishing.js';

/** A fact as a partner publishes it: who says it, about which subject, for which municipality. */
export interface Fact {
  readonly by: OrganisationName;
  /** `omgeving.beslissing-genomen`. */
  readonly type: string;
  readonly subject: string;
  readonly nis: string;
  /** The token speaks for `nis` and for no other municipality: a system that works for several. */
  readonly onBehalf?: true;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Publishes it; throws when it is refused. */
export async function tell(day: Day, fact: Fact): Promise<void> {
  const published = await tryToTell(day, fact);
  if (published.kind === 'refused') throw new Error(`${fact.type} is refused: ${JSON.stringify(published.problem)}`);
}

/** Tries to publish it, and answers what became of it. */
export async function tryToTell(day: Day, { by, type, subject, nis, onBehalf, data }: Fact): Promise<Published> {
  const { stage } = day;
  const full = `be.vlaanderen.${type}.v1`;
  const { code } = organisations[by];
  const scopes = ['kruispunt.publish'];
  const token = () =>
    onBehalf
      ? stage.system.issuer.token({ organisation: code, nis: [nis], scopes, subject: `${by}-${nis}` })
      : stage.token(by);
  const door = publisher({ url: stage.system.url('publish-gateway'), token });
  const published = await door.publish({
    id: `proef-${stage.day}-${crypto.randomUUID()}`,
    source: `urn:be:ovo:${code}:systeem:proeftuin`,
    type: full,
    subject,
    kpgemeentenis: nis,
    data: { ...data, tijdstipRegistratie: new Date().toISOString() },
  });
  note(day, full, published, Date.now());
  return published;
}

/** Moves the clock of the proving ground, and no other. */
export const later = (day: Day, days: number): Promise<void> => moveOn(day, `P${days}D`);

export const hoursLater = (day: Day, hours: number): Promise<void> => moveOn(day, `PT${hours}H`);

async function moveOn(day: Day, advance: string): Promise<void> {
  const clock = await day.stage
    .api('chain-integrator', 'operator')
    .send<{ today: string }>('POST', '/v1/clock', { advance });
  day.today = clock.today;
}

export const comesTo = (day: Day, dossier: string, state: string): Promise<string> =>
  until(
    `${dossier} comes to ${state}`,
    () => stateOf(day, dossier),
    (s) => s === state,
    40_000,
  );

interface Indexed {
  readonly events: readonly { readonly type: string; readonly eventId: string }[];
}

/** The events of one type about one key that stand in the log, as the index knows them. */
export async function loggedOf(day: Day, key: string, type: string): Promise<number> {
  const { events } = await day.stage.api('publish-gateway', 'operator').get<Indexed>(`/v1/index?key=${key}`);
  return new Set(events.filter((e) => e.type === `be.vlaanderen.${type}.v1`).map((e) => e.eventId)).size;
}
