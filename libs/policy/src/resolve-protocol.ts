import { protocolName, type Protocol } from './protocol.js';

/** Protocols by the name that `protocolName` gives. */
export type ProtocolBook = ReadonlyMap<string, Protocol>;

export const bookOf = (protocols: Iterable<Protocol>): ProtocolBook =>
  new Map([...protocols].map((protocol) => [protocolName(protocol), protocol]));

/**
 * The version that is applied to whoever names `id@version`: itself, or the one that took its place, through as many replacements as
 * there were. undefined: there is no such protocol. A ring, which nobody can approve, ends at the version that was asked for.
 */
export function resolveProtocol(book: ProtocolBook, named: Pick<Protocol, 'id' | 'version'>): Protocol | undefined {
  const first = book.get(protocolName(named));
  const seen = new Set<number>();
  let found = first;
  while (found?.supersededBy !== undefined) {
    if (seen.has(found.version)) return first;
    seen.add(found.version);
    const next = book.get(protocolName({ id: found.id, version: found.supersededBy }));
    if (next === undefined) return found;
    found = next;
  }
  return found;
}

/** What may happen to the protocols: a version comes in force (in the place of another, or beside it), or one is withdrawn. */
export type ProtocolStep =
  | { readonly kind: 'add'; readonly protocol: Protocol; readonly replaces?: number | undefined }
  | { readonly kind: 'withdraw'; readonly id: string; readonly version: number };

/** The protocols as they stand after a step: for a preview, from the same data that decides. */
export function afterStep(protocols: readonly Protocol[], step: ProtocolStep): readonly Protocol[] {
  if (step.kind === 'withdraw')
    return protocols.map((p) => (p.id === step.id && p.version === step.version ? { ...p, withdrawn: true } : p));
  const { protocol, replaces } = step;
  const others = protocols.filter((p) => p.id !== protocol.id || p.version !== protocol.version);
  const ended = others.map((p) =>
    p.id === protocol.id && p.version === replaces ? { ...p, withdrawn: true, supersededBy: protocol.version } : p,
  );
  return [...ended, protocol];
}
