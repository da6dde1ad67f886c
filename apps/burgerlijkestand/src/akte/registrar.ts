import { createHash } from 'node:crypto';
import { ev, type IdentificatieToegekendV1 } from '@kruispunt/contracts';
import type { StoredEvent } from '@kruispunt/event';
import type { Bus } from '@kruispunt/nest';
import { isConflictOn, type Akte, type AkteStore, type Database, type Desk, type Tx } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import type { AkteAanvraag } from './read-akte.js';

/** The key of an act outside the registry: its reference says nothing, but stays home all the same. */
const akteSubject = (referentie: string): string =>
  `urn:kruispunt:akte:${createHash('sha256').update(`akte:${referentie}`).digest('hex').slice(0, 32)}`;

/** The registrar of civil status: signs acts, and learns the number of a child from the register. */
export class Registrar {
  constructor(
    private readonly bus: Bus,
    private readonly desk: Desk,
    private readonly akten: AkteStore,
    private readonly database: Database,
  ) {}

  /** Signs an act; the act and its event are one transaction. Throws `conflict` when the reference exists. */
  async sign(akte: AkteAanvraag): Promise<{ readonly akteReferentie: string }> {
    const now = this.bus.instant();
    try {
      await this.desk.run(async (tx) => {
        await this.akten.sign(tx, {
          referentie: akte.akteReferentie,
          akteType: akte.akteType,
          gebeurtenisdatum: akte.gebeurtenisdatum,
          gemeenteNis: akte.gemeenteNis,
          kindPseudoniem: null,
        });
        tx.publish([
          this.bus.record(ev.AkteOndertekendV1, {
            subject: akteSubject(akte.akteReferentie),
            nis: akte.gemeenteNis,
            data: {
              ...akte,
              betrokkenen: [...akte.betrokkenen],
              ondertekendOp: now,
              wachtOpIdentificatie: akte.akteType === 'GEBOORTE',
              tijdstipRegistratie: now,
            },
          }),
        ]);
      });
    } catch (fault) {
      if (isConflictOn(fault, 'akte_pkey'))
        throw problem('conflict', { at: '/akteReferentie', reason: 'this act exists' }, fault);
      throw fault;
    }
    return { akteReferentie: akte.akteReferentie };
  }

  /** Numbers that were assigned: each goes to the act that asked for it. Twice is the same as once. */
  async identified(tx: Tx, events: readonly StoredEvent<IdentificatieToegekendV1>[]): Promise<void> {
    for (const { envelope } of events) {
      const { akteReferentie, subjectPseudoniem } = envelope.data;
      if (akteReferentie !== null) await this.akten.identify(tx, akteReferentie, subjectPseudoniem);
    }
  }

  async find(referentie: string): Promise<Akte> {
    const akte = await this.akten.find(this.database, referentie);
    if (!akte) throw problem('not-found');
    return akte;
  }
}
