import { Controller } from '@nestjs/common';
import { ev, type WoonstcontroleAangevraagdV1 } from '@kruispunt/contracts';
import type { StoredEvent } from '@kruispunt/event';
import { OnEvent, type EventContext } from '@kruispunt/nest';
import { Officer } from './officer.js';

@Controller()
export class WoonstcontroleHandler {
  constructor(private readonly officer: Officer) {}

  @OnEvent(ev.WoonstcontroleAangevraagdV1)
  asked(events: readonly StoredEvent<WoonstcontroleAangevraagdV1>[], { tx }: EventContext): Promise<void> {
    return this.officer.asked(tx, events);
  }
}
