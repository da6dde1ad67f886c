import { ev } from '@kruispunt/contracts';
import type { Bus } from '@kruispunt/nest';
import type { Desk, PersoonStore, VerhuisStore } from '@kruispunt/postgres';
import type { Aangifte } from './read-aangifte.js';

const aangifteStatus = 'https://data.vlaanderen.be/id/concept/IT020/DomicilieStatus/Aangifte';

/** The municipality's counter: a declaration and its event are one transaction. */
export class Counter {
  constructor(
    private readonly bus: Bus,
    private readonly desk: Desk,
    private readonly verhuizen: VerhuisStore,
    private readonly personen: PersoonStore,
  ) {}

  async declare(aangifte: Aangifte): Promise<{ readonly dossier: string }> {
    const adresRef = (await this.anyNonDisclosable(aangifte.pseudoniemen)) ? null : aangifte.adresRef;
    return this.desk.run(async (tx) => {
      const dossier = await this.verhuizen.nextDossier(tx, aangifte.aangiftedatum.slice(0, 4));
      await this.verhuizen.declare(tx, { ...aangifte, dossier });
      tx.publish([
        this.bus.record(ev.AdreswijzigingAangegevenV1, {
          subject: `urn:kruispunt:dossier:${dossier}`,
          nis: aangifte.nisNieuw,
          dossier,
          data: {
            dossier,
            subjectPseudoniemen: [...aangifte.pseudoniemen],
            wijziging: aangifte.wijziging,
            aangiftedatum: aangifte.aangiftedatum,
            betrekkingsdatum: aangifte.betrekkingsdatum,
            nisOud: aangifte.nisOud,
            nisNieuw: aangifte.nisNieuw,
            adresRef,
            domiciliestatus: aangifteStatus,
            tijdstipRegistratie: this.bus.instant(),
          },
        }),
      ]);
      return { dossier };
    });
  }

  /** IT252: when one of the household may not be disclosed, the address of all stays home. */
  private async anyNonDisclosable(pseudoniemen: readonly string[]): Promise<boolean> {
    const found = await Promise.all(pseudoniemen.map((p) => this.personen.find(p)));
    return found.some((p) => p?.nietMededeelbaar === true);
  }
}
