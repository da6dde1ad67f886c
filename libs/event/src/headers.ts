import { extensionNames, type Envelope } from './envelope.js';

/** The attributes that travel, in the order of the CloudEvents specification; nothing else becomes a header. */
export const attributeNames = [
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'dataschema',
  ...extensionNames,
] as const;
export type AttributeName = (typeof attributeNames)[number];

/** Each attribute with its header: put together once, not per record. */
const bindings = attributeNames.map((name) => [name, `ce_${name}`] as const);
const required = ['specversion', 'id', 'source', 'type', 'time'] as const;

/** Kafka binary binding: `ce_*` headers of the attributes that are there, and `content-type`. CloudEvents Kafka binding §3.2. */
export function toHeaders(envelope: Envelope, contentType: string): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': contentType };
  for (const [name, header] of bindings) {
    const value = envelope[name];
    if (value !== undefined) headers[header] = value;
  }
  return headers;
}

/** The envelope that `ce_*` headers describe, around `data`; undefined when a required header is missing. Unknown headers are left out. */
export function envelopeOf<P>(headers: Readonly<Record<string, string>>, data: P): Envelope<P> | undefined {
  const attributes: Partial<Record<AttributeName, string>> = {};
  for (const [name, header] of bindings) {
    const value = headers[header];
    if (value !== undefined) attributes[name] = value;
  }
  if (required.some((name) => !attributes[name]) || attributes.specversion !== '1.0') return undefined;
  return { ...(attributes as Omit<Envelope, 'data'>), data };
}
