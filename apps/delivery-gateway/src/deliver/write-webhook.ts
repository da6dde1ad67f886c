import type { EventType } from '@kruispunt/contracts';
import { extensionNames, type StoredEvent } from '@kruispunt/event';
import { projectFields } from '@kruispunt/policy';

/** What a receiver gets of one event: the CloudEvent in structured JSON, with only the fields that may leave. */
export function writeCloudEvent(
  event: StoredEvent,
  type: EventType,
  leaving: { readonly fields: readonly string[]; readonly replay?: string | undefined },
): Readonly<Record<string, unknown>> {
  const { envelope } = event;
  const { specversion, id, source, type: name, subject, time, dataschema } = envelope;
  const extensions: Record<string, string> = {};
  for (const extension of extensionNames) {
    const value = envelope[extension];
    if (value !== undefined) extensions[extension] = value;
  }
  return {
    specversion,
    id,
    source,
    type: name,
    subject,
    time,
    dataschema,
    datacontenttype: 'application/json',
    ...extensions,
    ...(leaving.replay !== undefined && { kpreplay: leaving.replay }),
    data: projectFields(type, envelope.data, leaving.fields),
  };
}
