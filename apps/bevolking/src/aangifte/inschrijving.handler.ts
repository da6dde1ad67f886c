import { Controller } from '@nestjs/common';
import { ev, type InschrijvingVoltooidV1, type InschrijvingGeweigerdV1 } from '@kruispunt/contracts';
import type { StoredEvent } from '@kruispunt/event';
import { OnEvent, type EventContext } from '@kruispunt/nest';
import { PersoonStore, VerhuisStore } from '@kruispunt/postgres';

/** What the chain decided reaches the register: who is registered gets the new administrator and the declared address. */
@Controller()
export class InschrijvingHandler {
  constructor(
    private readonly verhuizen: VerhuisStore,
    private readonly personen: PersoonStore,
  ) {}

  @OnEvent(ev.InschrijvingVoltooidV1)
  async completed(events: readonly StoredEvent<InschrijvingVoltooidV1>[], { tx }: EventContext): Promise<void> {
    for (const { envelope } of events) {
      const { dossier, subjectPseudoniemen, nisNieuw } = envelope.data;
      const declared = await this.verhuizen.settle(tx, dossier, 'Ingeschreven');
      await this.personen.register(tx, subjectPseudoniemen, nisNieuw, declared?.adresRef ?? null);
    }
  }

  @OnEvent(ev.InschrijvingGeweigerdV1)
  async refused(events: readonly StoredEvent<InschrijvingGeweigerdV1>[], { tx }: EventContext): Promise<void> {
    for (const { envelope } of events) await this.verhuizen.settle(tx, envelope.data.dossier, 'Afgewezen');
  }
}
