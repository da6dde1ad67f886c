import { randomUUID } from 'node:crypto';
import type { DynamicModule } from '@nestjs/common';
import { ev } from '@kruispunt/contracts';
import { logServer, openBus, type Composition, type ProcessContext } from '@kruispunt/nest';
import { AanvraagStore, Desk } from '@kruispunt/postgres';
import { AanvraagController } from './aanvraag/aanvraag.controller.js';
import { PerceelHandler } from './aanvraag/perceel.handler.js';
import { PermitDesk } from './aanvraag/permit-desk.js';
import type { config } from './config.js';

class AppModule {}

/** Permits: files applications, keeps an eye on their parcels. */
export async function compose(context: ProcessContext<typeof config>): Promise<Composition> {
  const bus = await openBus(context, {
    name: 'omgeving',
    source: `urn:be:ovo:${context.settings.organisation}:systeem:omgeving`,
    types: [ev.AanvraagIngediendV1, ev.PerceelGewijzigdV1],
  });
  const desk = await Desk.open(bus.partitions, 'omgeving', `omgeving-${randomUUID()}`);
  const permits = new PermitDesk(bus, desk, new AanvraagStore(), bus.database);
  const module: DynamicModule = {
    module: AppModule,
    controllers: [AanvraagController, PerceelHandler],
    providers: [{ provide: PermitDesk, useValue: permits }],
  };
  return { module, transports: [logServer(bus, 'omgeving', context.log)] };
}
