import type { DynamicModule } from '@nestjs/common';
import { ClockController } from './clock/clock.controller.js';
import { ProeftuinClock } from './clock/proeftuin-clock.js';
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
  clock,
}: {
  readonly desk: ChainDesk;
  readonly look: LookDesk;
  readonly orders: OrderDesk;
  readonly clock: ProeftuinClock;
}): DynamicModule => ({
  module: AppModule,
  controllers: [ChainController, LookController, OrderController, ClockController],
  providers: [
    { provide: ChainDesk, useValue: desk },
    { provide: LookDesk, useValue: look },
    { provide: OrderDesk, useValue: orders },
    { provide: ProeftuinClock, useValue: clock },
  ],
});
