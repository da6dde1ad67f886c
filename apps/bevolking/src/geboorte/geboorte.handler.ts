import { Controller } from '@nestjs/common';
import { ev, type AkteOndertekendV1 } from '@kruispunt/contracts';
import type { StoredEvent } from '@kruispunt/event';
import { OnEvent, type EventContext } from '@kruispunt/nest';
import { CivilRegistry } from './civil-registry.js';

@Controller()
export class GeboorteHandler {
  constructor(private readonly registry: CivilRegistry) {}

  @OnEvent(ev.AkteOndertekendV1)
  signed(events: readonly StoredEvent<AkteOndertekendV1>[], { tx }: EventContext): Promise<void> {
    return this.registry.signed(tx, events);
  }
}
