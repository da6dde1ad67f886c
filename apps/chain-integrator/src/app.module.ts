import type { DynamicModule } from '@nestjs/common';
import { ClockController } from './clock/clock.controller.js';
import { ProeftuinClock } from './clock/proeftuin-clock.js';
import { ChainController } from './view/chain.controller.js';
import { ChainDesk } from './view/chain-desk.js';

class AppModule {}

/** The routes of operators; the work itself runs beside them. */
export const appModule = ({
  desk,
  clock,
}: {
  readonly desk: ChainDesk;
  readonly clock: ProeftuinClock;
}): DynamicModule => ({
  module: AppModule,
  controllers: [ChainController, ClockController],
  providers: [
    { provide: ChainDesk, useValue: desk },
    { provide: ProeftuinClock, useValue: clock },
  ],
});
