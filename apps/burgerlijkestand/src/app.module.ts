import { randomUUID } from 'node:crypto';
import type { DynamicModule } from '@nestjs/common';
import { ev } from '@kruispunt/contracts';
import { logServer, openBus, type Composition, type ProcessContext } from '@kruispunt/nest';
import { AkteStore, Desk } from '@kruispunt/postgres';
import { AkteController } from './akte/akte.controller.js';
import { IdentificatieHandler } from './akte/identificatie.handler.js';
import { Registrar } from './akte/registrar.js';
import type { config } from './config.js';

class AppModule {}

/** Civil status: signs acts, hears of the numbers that were assigned. */
export async function compose(context: ProcessContext<typeof config>): Promise<Composition> {
  const bus = await openBus(context, {
    name: 'burgerlijkestand',
    source: `urn:be:ovo:${context.settings.organisation}:systeem:burgerlijkestand`,
    types: [ev.AkteOndertekendV1, ev.IdentificatieToegekendV1],
  });
  const desk = await Desk.open(bus.partitions, 'burgerlijkestand', `burgerlijkestand-${randomUUID()}`);
  const registrar = new Registrar(bus, desk, new AkteStore(), bus.database);
  const module: DynamicModule = {
    module: AppModule,
    controllers: [AkteController, IdentificatieHandler],
    providers: [{ provide: Registrar, useValue: registrar }],
  };
  return { module, transports: [logServer(bus, 'burgerlijkestand', context.log)] };
}
