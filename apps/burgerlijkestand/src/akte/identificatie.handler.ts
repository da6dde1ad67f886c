import { Controller } from '@nestjs/common';
import { ev, type IdentificatieToegekendV1 } from '@kruispunt/contracts';
import type { StoredEvent } from '@kruispunt/event';
import { OnEvent, type EventContext } from '@kruispunt/nest';
import { Registrar } from './registrar.js';

@Controller()
export class IdentificatieHandler {
  constructor(private readonly registrar: Registrar) {}

  @OnEvent(ev.IdentificatieToegekendV1)
  assigned(events: readonly StoredEvent<IdentificatieToegekendV1>[], { tx }: EventContext): Promise<void> {
    return this.registrar.identified(tx, events);
  }
}
