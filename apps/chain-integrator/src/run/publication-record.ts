import type { Publication } from '@kruispunt/chain-engine';
import { eventTypeOf, type SchemaIds } from '@kruispunt/contracts';
import { toRecord, type LogRecord } from '@kruispunt/event';
import { problem } from '@kruispunt/problem';

/** What the chain integrator publishes carries this source. */
export const chainSource = (chain: string): string => `urn:kruispunt:keten:${chain}`;

/** The instance that published an event, when a chain did: whoever the event starts is a part of that one. */
export const parentOf = (event: {
  readonly source: string;
  readonly kpcorrelationid?: string;
}): { readonly parent?: string } =>
  event.source.startsWith(chainSource('')) && event.kpcorrelationid !== undefined
    ? { parent: event.kpcorrelationid }
    : {};

/** What a chain publishes, as a record of the log. Throws `unknown-type` and `schema-mismatch`: a bug of the definition. */
export function publicationRecord(
  publication: Publication,
  about: { readonly chain: string; readonly instance: string; readonly now: number },
  schemaIds: SchemaIds,
): LogRecord {
  const type = eventTypeOf(publication.type);
  if (!type) throw problem('unknown-type', { eventType: publication.type });
  const { id, subject, data, gemeente, dossier, causation } = publication;
  return toRecord(
    {
      specversion: '1.0',
      id,
      source: chainSource(about.chain),
      type: type.type,
      subject,
      time: new Date(about.now).toISOString(),
      kpcorrelationid: about.instance,
      kpdossier: dossier,
      ...(causation === undefined ? {} : { kpcausationid: causation }),
      ...(gemeente === undefined ? {} : { kpgemeentenis: gemeente }),
      data,
    },
    type,
    schemaIds,
  );
}
