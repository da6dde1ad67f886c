import type { PostgresProtocolStore, PostgresProtocolWitness } from '@kruispunt/postgres';
import type { ProtocolSource } from './protocols.js';

/** The protocols of the database, leased to one process. `process` is unique for this start of it. */
export const leasedProtocols = (
  store: PostgresProtocolStore,
  witness: PostgresProtocolWitness,
  process: string,
): ProtocolSource => ({
  snapshot: () => store.snapshot(),
  grant: (revision, leaseMs) => witness.grant({ process, revision, leaseMs }),
  leave: () => witness.leave(process),
});
