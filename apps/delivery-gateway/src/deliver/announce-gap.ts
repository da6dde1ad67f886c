import { ev, type SchemaIds } from '@kruispunt/contracts';
import type { Stretch, Subscription } from '@kruispunt/delivery';
import { toRecord, type LogRecord } from '@kruispunt/event';

export interface GapFacts extends Stretch {
  readonly topic: string;
  readonly partition: number;
  /** ms since the epoch. */
  readonly now: number;
  /** When the first of it leaves the log, ms; undefined: it has. */
  readonly expectedAt?: number;
}

/** What the owner of a subscription is told of records that retention takes, or took, before they were read. The same gap has the same id. */
export function announceGap(
  schemaIds: SchemaIds,
  { id, org }: Pick<Subscription, 'id' | 'org'>,
  gap: GapFacts,
): LogRecord {
  const type = ev.LeveringHiaatV1;
  const stadium = gap.expectedAt === undefined ? 'OPGETREDEN' : 'DREIGEND';
  const at = new Date(gap.now).toISOString();
  return toRecord(
    {
      specversion: '1.0',
      id: `${id}:${gap.topic}:${gap.partition}:${stadium}:${gap.from}:${gap.to}`,
      source: 'urn:kruispunt:dienst:delivery-gateway',
      type: type.type,
      subject: `urn:kruispunt:abonnement:${id}`,
      time: at,
      data: {
        abonnement: id,
        afnemer: org,
        stadium,
        topic: gap.topic,
        partitie: gap.partition,
        vanOffset: gap.from,
        totOffset: gap.to,
        verwachtOp: gap.expectedAt === undefined ? null : new Date(gap.expectedAt).toISOString(),
        tijdstipRegistratie: at,
      },
    },
    type,
    schemaIds,
  );
}
