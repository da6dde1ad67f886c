import { hostname } from 'node:os';
import { outline, type ChainDefinition, type MigrationPlan } from '@kruispunt/chain-engine';
import { chains, plans, type ChainSettings } from '@kruispunt/chains';
import { SystemTimers, type MovableClock } from '@kruispunt/clock';
import { openBus, type Composition, type ProcessContext } from '@kruispunt/nest';
import {
  PostgresChainClock,
  PostgresChainIncidents,
  PostgresChainRouting,
  PostgresChainStore,
  PostgresChainView,
  PostgresQuarantine,
} from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { appModule } from './app.module.js';
import { ProeftuinClock } from './clock/proeftuin-clock.js';
import type { config } from './config.js';
import { composeEvidence } from './evidence/compose-evidence.js';
import { Intake } from './intake/intake.js';
import { topicsOf } from './intake/route-batch.js';
import { composeOrders } from './operate/compose-orders.js';
import { adopt, adoptions } from './migrate/adopt.js';
import { MigrationDesk } from './migrate/migration-desk.js';
import { EarlyDelivery } from './run/early-delivery.js';
import { chainSource } from './run/publication-record.js';
import { Run } from './run/run.js';
import { Terms } from './run/terms.js';
import { Watermark } from './run/watermark.js';
import { Work } from './run/work.js';
import { ChainDesk } from './view/chain-desk.js';
import { LookDesk } from './view/look-desk.js';

/** Which chains a process carries, and the plans between their versions. */
export interface Carried {
  readonly chains: (settings: ChainSettings) => readonly ChainDefinition[];
  readonly plans: (settings: ChainSettings) => readonly MigrationPlan[];
}

/** Composes the chain integrator around its clock, in the order of an event's walk: routed, run, published; then looked at. */
export const compose =
  (clock: MovableClock, carried: Carried = { chains, plans }) =>
  async (context: ProcessContext<typeof config>): Promise<Composition> => {
    const { settings, lifecycle, log } = context;
    const {
      database,
      driver,
      log: eventLog,
      partitions: store,
      schemaIds,
    } = await openBus(context, { name: 'chain-integrator', source: chainSource('') });
    const admin = lifecycle.owns('kafka admin', await driver.admin());

    const definitions = carried.chains({ datarefBase: settings.datarefBase });
    const adopting = adoptions(definitions);
    const migrationPlans = [...carried.plans({ datarefBase: settings.datarefBase }), ...adopting];
    const view = new PostgresChainView(database);
    const missing = await view.missingDefinitions(definitions.map((d) => ({ ...d, outline: outline(d) })));
    if (missing.length > 0)
      throw problem('conflict', {
        reason: `running instances are pinned to definitions that this build lacks: ${missing.join(', ')}`,
      });

    const proeftuin = new ProeftuinClock(clock, new PostgresChainClock(database), settings.mode === 'proeftuin');
    await proeftuin.follow();

    const intakeTopics = topicsOf(definitions);
    const routing = new PostgresChainRouting(database);
    const [chainStore, quarantine] = [new PostgresChainStore(), new PostgresQuarantine(database)];
    const watermark = new Watermark(admin, routing, intakeTopics);
    const early = new EarlyDelivery(routing, eventLog, watermark);
    const intake = new Intake({ definitions, schemaIds, database, store, routing, quarantine, early, clock });
    const parts = {
      definitions,
      plans: migrationPlans,
      schemaIds,
      routing,
      incidents: new PostgresChainIncidents(),
      clock,
    };
    const run = new Run({ ...parts, store, chains: chainStore, quarantine, early, log });
    const { orders, orderDesk, orderStore } = composeOrders({
      ...{ ...parts, database, run, log: eventLog, guards: settings.fourEyes },
    });
    await adopt(adopting, { database, store: orderStore, clock });
    const migrations = new MigrationDesk({ ...parts, view, orders: orderDesk });
    const { sealer, evidence } = await composeEvidence({ database, store, driver, admin, schemaIds, clock, lifecycle });
    const { groupPrefix, tickMs } = settings;
    const ticking = { chains: chainStore, view, routing, early, watermark, clock, log };
    const terms = new Terms({ run, ...ticking, ...settings });
    const work = new Work({
      driver,
      store,
      intake,
      intakeTopics,
      run,
      terms,
      orders,
      sealer,
      log,
      groupPrefix,
      instanceId: settings.port === 0 ? undefined : `${hostname()}-${settings.port}`,
      tickMs,
      timers: new SystemTimers(),
      stopping: lifecycle.stopping,
      beforeTick: () => proeftuin.follow(),
    });
    lifecycle.owns('chain work', await work.start());
    const look = new LookDesk({ ...parts, database, view });
    const desk = new ChainDesk(view, definitions);
    return { module: appModule({ desk, look, orders: orderDesk, migrations, evidence, clock: proeftuin }) };
  };
