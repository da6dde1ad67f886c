/** How a payload is written, by its media type. */
export type PayloadFormat = 'json' | 'avro';

export const payloadMediaTypes = ['application/json', 'application/avro'] as const;

/** The media type in lower case without parameters; undefined when a charset other than UTF-8 is named. */
export function mediaTypeOf(contentType: string): string | undefined {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters
    .find((p) => p.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  return charset === undefined || charset === 'utf-8' || charset === 'utf8' ? type : undefined;
}

/** `application/json` and `…+json` are JSON; `application/avro` is the Avro body of the contract version, without framing. */
export function payloadFormatOf(contentType: string): PayloadFormat | undefined {
  const type = mediaTypeOf(contentType);
  if (type === undefined || type.startsWith('application/cloudevents')) return undefined;
  if (type === 'application/json' || /^[a-z]+\/[a-z0-9.-]+\+json$/.test(type)) return 'json';
  return type === 'application/avro' ? 'avro' : undefined;
}
