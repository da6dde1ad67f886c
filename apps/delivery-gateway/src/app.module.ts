import type { DynamicModule } from '@nestjs/common';
import { AuditTrail } from '@kruispunt/audit';
import { PostgresDeliveryLog, PostgresSubscriptionStore } from '@kruispunt/postgres';
import { Flow } from './flow/flow.js';
import { FlowController } from './flow/flow.controller.js';
import { ParkedController } from './parked/parked.controller.js';
import { ParkedParts } from './parked/parked-parts.js';
import { OperateProtocols } from './protocols/operate-protocols.js';
import { ProtocolController } from './protocols/protocol.controller.js';
import { PullController } from './pull/pull.controller.js';
import { PullEvents } from './pull/pull-events.js';
import { OwnReplayController } from './replay/own-replay.controller.js';
import { ReplayController } from './replay/replay.controller.js';
import { ReplayParts } from './replay/replay-parts.js';
import { ManageRepertorium } from './repertorium/manage-repertorium.js';
import { RepertoriumController } from './repertorium/repertorium.controller.js';
import { ManageSubscriptions } from './subscriptions/manage-subscriptions.js';
import { Prober } from './subscriptions/prober.js';
import { SubscriptionController } from './subscriptions/subscription.controller.js';
import { EffectiveSubscriptions } from './who/effective-subscriptions.js';
import { Simulate } from './who/simulate.js';
import { WhoController } from './who/who.controller.js';

export interface AppParts {
  readonly manage: ManageSubscriptions;
  readonly prober: Prober;
  readonly pull: PullEvents;
  readonly flow: Flow;
  readonly replay: ReplayParts;
  readonly parked: ParkedParts;
  readonly protocols: OperateProtocols;
  readonly repertorium: ManageRepertorium;
  readonly effective: EffectiveSubscriptions;
  readonly simulate: Simulate;
  readonly audit: AuditTrail;
  readonly stores: {
    readonly subscriptions: PostgresSubscriptionStore;
    readonly deliveries: PostgresDeliveryLog;
  };
}

class AppModule {}

/** The gateway's routes: subscribers' own, then operators'. */
export const appModule = ({
  manage,
  prober,
  pull,
  flow,
  replay,
  parked,
  protocols,
  repertorium,
  effective,
  simulate,
  audit,
  stores,
}: AppParts): DynamicModule => ({
  module: AppModule,
  controllers: [
    PullController,
    WhoController,
    RepertoriumController,
    SubscriptionController,
    ProtocolController,
    FlowController,
    ParkedController,
    ReplayController,
    OwnReplayController,
  ],
  providers: [
    { provide: ManageSubscriptions, useValue: manage },
    { provide: Prober, useValue: prober },
    { provide: PullEvents, useValue: pull },
    { provide: Flow, useValue: flow },
    { provide: ReplayParts, useValue: replay },
    { provide: AuditTrail, useValue: audit },
    { provide: PostgresSubscriptionStore, useValue: stores.subscriptions },
    { provide: PostgresDeliveryLog, useValue: stores.deliveries },
    { provide: OperateProtocols, useValue: protocols },
    { provide: ManageRepertorium, useValue: repertorium },
    { provide: EffectiveSubscriptions, useValue: effective },
    { provide: Simulate, useValue: simulate },
    { provide: ParkedParts, useValue: parked },
  ],
});
