import { Controller } from '@nestjs/common';
import { ev, type PerceelGewijzigdV1 } from '@kruispunt/contracts';
import type { StoredEvent } from '@kruispunt/event';
import { OnEvent, type EventContext } from '@kruispunt/nest';
import { PermitDesk } from './permit-desk.js';

@Controller()
export class PerceelHandler {
  constructor(private readonly desk: PermitDesk) {}

  @OnEvent(ev.PerceelGewijzigdV1)
  changed(events: readonly StoredEvent<PerceelGewijzigdV1>[], { tx }: EventContext): Promise<void> {
    return this.desk.parcelsChanged(tx, events);
  }
}
