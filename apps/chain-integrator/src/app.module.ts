import type { DynamicModule } from '@nestjs/common';
import { ClockController } from './clock/clock.controller.js';
import { ProeftuinClock } from './clock/proeftuin-clock.js';
import { OrderController } from './operate/order.controller.js';
import { OrderDesk } from './operate/order-desk.js';
import { ChainController } from './view/chain.controller.js';
import { ChainDesk } from './view/chain-desk.js';

class AppModule {}

/** The routes of operators; the work itself runs beside them. */
export const appModule = ({
  desk,
  orders,
  clock,
}: {
  readonly desk: ChainDesk;
  readonly orders: OrderDesk;
  readonly clock: ProeftuinClock;
}): DynamicModule => ({
  module: AppModule,
  controllers: [ChainController, OrderController, ClockController],
  providers: [
    { provide: ChainDesk, useValue: desk },
    { provide: OrderDesk, useValue: orders },
    { provide: ProeftuinClock, useValue: clock },
  ],
});
