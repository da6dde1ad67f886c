import { ev, type AkteOndertekendV1 } from '@kruispunt/contracts';
import type { StoredEvent } from '@kruispunt/event';
import type { Bus } from '@kruispunt/nest';
import type { Persoon, PersoonStore, Tx } from '@kruispunt/postgres';
import { pseudonym, type PseudonymKey } from '../persoon/pseudonym.js';
import { testNumber } from './assign-number.js';

/** The national register's part in a birth: an act comes in, a number goes out. */
export class CivilRegistry {
  constructor(
    private readonly bus: Bus,
    private readonly personen: PersoonStore,
    private readonly key: PseudonymKey,
  ) {}

  /** Assigns a number to each child of a birth act; the event that says so names the act and the pseudonym, never the number. */
  async signed(tx: Tx, events: readonly StoredEvent<AkteOndertekendV1>[]): Promise<void> {
    for (const { envelope } of events) {
      const { akteType, wachtOpIdentificatie, akteReferentie, gebeurtenisdatum, gemeenteNis, woonplaatsNis } =
        envelope.data;
      if (akteType !== 'GEBOORTE' || !wachtOpIdentificatie || gebeurtenisdatum === null) continue;
      const nis = woonplaatsNis ?? gemeenteNis;
      const child = await this.child(gebeurtenisdatum, akteReferentie, nis);
      if (child === undefined) continue;
      tx.publish([
        this.bus.record(ev.IdentificatieToegekendV1, {
          id: `toekenning-${akteReferentie}`,
          subject: `urn:kruispunt:persoon:${child.pseudoniem}`,
          nis,
          causation: envelope.id,
          data: {
            subjectPseudoniem: child.pseudoniem,
            soort: 'RIJKSREGISTERNUMMER',
            aanleiding: 'GEBOORTE',
            akteReferentie,
            ingangsdatum: gebeurtenisdatum,
            beheerderNis: nis,
            bron: 'OVO027248',
            dataref: `/v1/personen/${child.pseudoniem}`,
            tijdstipRegistratie: this.bus.instant(),
          },
        }),
      ]);
    }
  }

  /** The child of this act: the same one when the act comes again, else the first free number of its day. */
  private async child(bornOn: string, akte: string, nis: string): Promise<Persoon | undefined> {
    for (let order = 1; order <= 499; order++) {
      const insz = testNumber(bornOn, order);
      const pseudoniem = pseudonym(this.key, insz);
      const known = await this.personen.find(pseudoniem);
      if (known?.gegevens['akteReferentie'] === akte) return known;
      if (known) continue;
      const child: Persoon = {
        pseudoniem,
        insz,
        beheerderNis: nis,
        nietMededeelbaar: false,
        gegevens: { geboorte: { datum: bornOn }, akteReferentie: akte, beheerderNis: nis },
      };
      await this.personen.put([child]);
      return child;
    }
    return undefined;
  }
}
