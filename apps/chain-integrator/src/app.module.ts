import type { DynamicModule } from '@nestjs/common';
import { ClockController } from './clock/clock.controller.js';
import { ProeftuinClock } from './clock/proeftuin-clock.js';
import { MigrationController } from './migrate/migration.controller.js';
import { MigrationDesk } from './migrate/migration-desk.js';
import { Evidence } from './evidence/evidence.js';
import { EvidenceController } from './evidence/evidence.controller.js';
import { DecreeController } from './operate/decree.controller.js';
import { OrderController } from './operate/order.controller.js';
import { OrderDesk } from './operate/order-desk.js';
import { ChainController } from './view/chain.controller.js';
import { ChainDesk } from './view/chain-desk.js';
import { LookController } from './view/look.controller.js';
import { LookDesk } from './view/look-desk.js';

class AppModule {}

/** The routes of operators; the work itself runs beside them. */
export const appModule = ({
  desk,
  look,
  orders,
  migrations,
  evidence,
  clock,
}: {
  readonly desk: ChainDesk;
  readonly look: LookDesk;
  readonly orders: OrderDesk;
  readonly migrations: MigrationDesk;
  readonly evidence: Evidence;
  readonly clock: ProeftuinClock;
}): DynamicModule => ({
  module: AppModule,
  controllers: [
    ChainController,
    LookController,
    OrderController,
    MigrationController,
    EvidenceController,
    DecreeController,
    ClockController,
  ],
  providers: [
    { provide: ChainDesk, useValue: desk },
    { provide: LookDesk, useValue: look },
    { provide: Evidence, useValue: evidence },
    { provide: OrderDesk, useValue: orders },
    { provide: MigrationDesk, useValue: migrations },
    { provide: ProeftuinClock, useValue: clock },
  ],
});
