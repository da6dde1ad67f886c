import { randomUUID } from 'node:crypto';
import type { DynamicModule } from '@nestjs/common';
import { LogAuditTrail } from '@kruispunt/audit';
import { ev } from '@kruispunt/contracts';
import { logServer, openBus, type Composition, type ProcessContext } from '@kruispunt/nest';
import { Desk, PersoonStore, PostgresProtocolStore, RegistrationStore, VerhuisStore } from '@kruispunt/postgres';
import { AangifteController } from './aangifte/aangifte.controller.js';
import { Counter } from './aangifte/counter.js';
import { InschrijvingHandler } from './aangifte/inschrijving.handler.js';
import type { config } from './config.js';
import { CivilRegistry } from './geboorte/civil-registry.js';
import { GeboorteHandler } from './geboorte/geboorte.handler.js';
import { PersoonController } from './persoon/persoon.controller.js';
import { Register } from './persoon/register.js';
import { Officer } from './woonstcontrole/officer.js';
import { WoonstcontroleController } from './woonstcontrole/woonstcontrole.controller.js';
import { WoonstcontroleHandler } from './woonstcontrole/woonstcontrole.handler.js';

class AppModule {}

const types = [
  ev.AdreswijzigingAangegevenV1,
  ev.WoonstcontroleAangevraagdV1,
  ev.WoonstcontroleUitgevoerdV1,
  ev.InschrijvingVoltooidV1,
  ev.InschrijvingGeweigerdV1,
  ev.AkteOndertekendV1,
  ev.IdentificatieToegekendV1,
  ev.AuditGeregistreerdV1,
];

/** The population register of a municipality: counter, district officer, and the data behind its events' datarefs. */
export async function compose(context: ProcessContext<typeof config>): Promise<Composition> {
  const { settings, clock, log } = context;
  const bus = await openBus(context, {
    name: 'bevolking',
    source: `urn:be:ovo:${settings.organisation}:systeem:bevolking`,
    types,
  });
  const desk = await Desk.open(bus.partitions, 'bevolking', `bevolking-${randomUUID()}`);
  const personen = new PersoonStore(bus.database);
  const verhuizen = new VerhuisStore();
  const key = { version: settings.pseudonymKeyVersion, secret: settings.pseudonymKey };
  const protocolStore = new PostgresProtocolStore(bus.database);
  const register = new Register({
    personen,
    key,
    testOnly: settings.mode === 'proeftuin',
    clock,
    audit: new LogAuditTrail({ log: bus.log, schemaIds: bus.schemaIds, writer: randomUUID() }),
    registrations: new RegistrationStore(bus.database),
    protocols: {
      active: async (organisation) =>
        (await protocolStore.list()).filter((p) => p.parties.some((party) => party.organisation === organisation)),
    },
  });
  const module: DynamicModule = {
    module: AppModule,
    controllers: [
      AangifteController,
      PersoonController,
      WoonstcontroleController,
      GeboorteHandler,
      InschrijvingHandler,
      WoonstcontroleHandler,
    ],
    providers: [
      { provide: Counter, useValue: new Counter(bus, desk, verhuizen, personen) },
      { provide: Register, useValue: register },
      { provide: Officer, useValue: new Officer(bus, desk, verhuizen, bus.database) },
      { provide: CivilRegistry, useValue: new CivilRegistry(bus, personen, key) },
      { provide: VerhuisStore, useValue: verhuizen },
      { provide: PersoonStore, useValue: personen },
    ],
  };
  return { module, transports: [logServer(bus, 'bevolking', log)] };
}
