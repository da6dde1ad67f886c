import { ev, type PerceelGewijzigdV1 } from '@kruispunt/contracts';
import type { StoredEvent } from '@kruispunt/event';
import type { Bus } from '@kruispunt/nest';
import {
  isConflictOn,
  type Aanvraag,
  type AanvraagStore,
  type Database,
  type Desk,
  type Tx,
} from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import type { AanvraagIndiening } from './read-aanvraag.js';

/** The authority's permit desk: files applications, and keeps an eye on their parcels. */
export class PermitDesk {
  constructor(
    private readonly bus: Bus,
    private readonly desk: Desk,
    private readonly aanvragen: AanvraagStore,
    private readonly database: Database,
  ) {}

  /** Files an application; the dossier and its event are one transaction. Throws `conflict` when the project number exists. */
  async file(a: AanvraagIndiening): Promise<{ readonly projectnummer: string }> {
    try {
      await this.desk.run(async (tx) => {
        await this.aanvragen.file(tx, { ...a, gemeenten: a.gemeentenNis, aandacht: [] });
        tx.publish([
          this.bus.record(ev.AanvraagIngediendV1, {
            subject: `urn:omv:${a.projectnummer}`,
            dossier: a.projectnummer,
            nis: a.gemeentenNis.join(','),
            data: {
              ...a,
              adressen: [...a.adressen],
              percelen: [...a.percelen],
              gemeentenNis: [...a.gemeentenNis],
              tijdstipRegistratie: this.bus.instant(),
            },
          }),
        ]);
      });
    } catch (fault) {
      if (isConflictOn(fault, 'aanvraag_pkey'))
        throw problem('conflict', { at: '/projectnummer', reason: 'this dossier exists' }, fault);
      throw fault;
    }
    return { projectnummer: a.projectnummer };
  }

  /** Parcels changed: the dossiers that name them get them on their list. A bare new version changes nothing for a dossier. */
  async parcelsChanged(tx: Tx, events: readonly StoredEvent<PerceelGewijzigdV1>[]): Promise<void> {
    const changed = events
      .filter((e) => e.envelope.data.attributen.length > 0 || e.envelope.data.wijziging === 'VERWIJDERD')
      .map((e) => e.envelope.data.id);
    if (changed.length > 0) await this.aanvragen.attend(tx, changed);
  }

  async find(projectnummer: string): Promise<Aanvraag> {
    const aanvraag = await this.aanvragen.find(this.database, projectnummer);
    if (!aanvraag) throw problem('not-found');
    return aanvraag;
  }
}
