/** The largest body, in bytes: four full events of 256 KiB, or a thousand of the usual 1 KiB (architecture.md §6). */
export const bodyBytesMax = 1_048_576;

/** How long a whole request may take to arrive, in ms. A slow sender holds one socket, not more. */
export const requestMsMax = 30_000;

/** How long an idle connection stays open, in ms: longer than the 60 s of usual load balancers, so that they close first. */
export const keepAliveMs = 72_000;

/** One percent-encoded `source` in a path is a URI of up to some 300 characters. */
export const pathParamCharsMax = 1_024;

/** Said when the catalogue wants `later` and nobody knows how much later, in seconds. */
export const retryAfterS = 5;

/** How deep JSON may be nested (architecture.md §6). */
export const jsonDepthMax = 32;

/** The content types a body may have. Any other is answered `unsupported-content-type`. */
export const contentTypes = [
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
  'application/json',
  'application/merge-patch+json',
  'application/x-ndjson',
  'application/avro',
  'avro/binary',
  'application/octet-stream',
] as const;
