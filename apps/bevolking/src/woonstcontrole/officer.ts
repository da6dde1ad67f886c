import { ev, type ControleresultaatV1, type WoonstcontroleAangevraagdV1 } from '@kruispunt/contracts';
import type { StoredEvent } from '@kruispunt/event';
import type { Bus } from '@kruispunt/nest';
import type { Database, Desk, Tx, VerhuisStore, Woonstcontrole } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';

/** The district officer: gets the requests of the chain, and answers each with a signed report's reference. */
export class Officer {
  constructor(
    private readonly bus: Bus,
    private readonly desk: Desk,
    private readonly verhuizen: VerhuisStore,
    private readonly database: Database,
  ) {}

  open(): Promise<readonly Woonstcontrole[]> {
    return this.verhuizen.open(this.database);
  }

  /** Puts the requests of one batch on the list; one that is there already stays as it is. */
  async asked(tx: Tx, events: readonly StoredEvent<WoonstcontroleAangevraagdV1>[]): Promise<void> {
    for (const { envelope } of events) {
      const { dossier, poging, politiezone, uitersteDatum } = envelope.data;
      await this.verhuizen.ask(tx, { dossier, poging, politiezone, uitersteDatum });
    }
  }

  /** Reports on the latest request of a dossier. Throws `not-found` when nothing was asked. A late report is a report. */
  report(
    dossier: string,
    resultaat: ControleresultaatV1,
    controledatum: string,
  ): Promise<{ readonly dossier: string; readonly poging: number }> {
    return this.desk.run(async (tx) => {
      const asked = await this.verhuizen.latest(tx, dossier);
      if (!asked) throw problem('not-found', { at: 'dossier' });
      await this.verhuizen.report(tx, dossier, asked.poging, resultaat);
      tx.publish([
        this.bus.record(ev.WoonstcontroleUitgevoerdV1, {
          subject: `urn:kruispunt:dossier:${dossier}`,
          dossier,
          data: {
            dossier,
            resultaat,
            controledatum,
            pogingen: asked.poging,
            verslagRef: `urn:kruispunt:verslag:${dossier}-${asked.poging}`,
            politiezone: asked.politiezone,
            tijdstipRegistratie: this.bus.instant(),
          },
        }),
      ]);
      return { dossier, poging: asked.poging };
    });
  }
}
