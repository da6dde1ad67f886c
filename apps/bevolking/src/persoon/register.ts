import type { AuditTrail } from '@kruispunt/audit';
import type { Clock } from '@kruispunt/clock';
import type { Persoon, PersoonStore } from '@kruispunt/postgres';
import type { FetchPorts } from './fetch-persoon.js';
import type { PseudonymKey } from './pseudonym.js';
import { readPersoon } from './read-persoon.js';

export interface RegisterPorts extends FetchPorts {
  readonly personen: PersoonStore;
  readonly key: PseudonymKey;
  /** In the proving ground only test numbers are taken. */
  readonly testOnly: boolean;
}

export type Loaded =
  | { readonly uitkomst: 'geladen'; readonly pseudoniem: string }
  | { readonly uitkomst: 'geweigerd'; readonly probleem: string };

/** The population register: what its controller needs, in one hand. */
export class Register implements FetchPorts {
  readonly personen: PersoonStore;
  readonly protocols: FetchPorts['protocols'];
  readonly registrations: FetchPorts['registrations'];
  readonly audit: AuditTrail;
  readonly clock: Clock;

  constructor(private readonly ports: RegisterPorts) {
    this.personen = ports.personen;
    this.protocols = ports.protocols;
    this.registrations = ports.registrations;
    this.audit = ports.audit;
    this.clock = ports.clock;
  }

  /** Takes each person it can, says of each what became of it. */
  async load(sources: readonly Readonly<Record<string, unknown>>[]): Promise<readonly Loaded[]> {
    const read = sources.map((source) => readPersoon(source, this.ports));
    const taken = new Map<string, Persoon>();
    for (const r of read) if (r.kind === 'persoon') taken.set(r.persoon.pseudoniem, r.persoon);
    if (taken.size > 0) await this.personen.put([...taken.values()]);
    return read.map((r): Loaded =>
      r.kind === 'persoon'
        ? { uitkomst: 'geladen', pseudoniem: r.persoon.pseudoniem }
        : { uitkomst: 'geweigerd', probleem: r.because.slug },
    );
  }
}
