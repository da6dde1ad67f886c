/** Confluent wire format: one zero byte, the schema id as 4 bytes big endian, then the Avro body. */
const headerBytes = 5;

/** The Avro body as a registry-aware client expects it. `schemaId` is the registry's id, 0 to 2^32 - 1. */
export function frame(schemaId: number, avro: Uint8Array): Uint8Array {
  const framed = new Uint8Array(headerBytes + avro.length);
  new DataView(framed.buffer).setUint32(1, schemaId);
  framed.set(avro, headerBytes);
  return framed;
}

/** Splits framed bytes without copying; undefined when they do not begin as the wire format does. */
export function unframe(bytes: Uint8Array): { readonly schemaId: number; readonly avro: Uint8Array } | undefined {
  if (bytes.length < headerBytes || bytes[0] !== 0) return undefined;
  const schemaId = new DataView(bytes.buffer, bytes.byteOffset, headerBytes).getUint32(1);
  return { schemaId, avro: bytes.subarray(headerBytes) };
}
