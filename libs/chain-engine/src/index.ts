export type { Act, Context } from './act.js';
export { applyBatch, behindIncident, type BatchResult, type Incident, type Item, type Known } from './apply-batch.js';
export { canonical, sha256 } from './canonical.js';
export { chain, ChainBuilder } from './chain.js';
export type { ChainState, Task, Timer, Token, Undoing, UndoStep } from './chain-state.js';
export { correlationKey, instanceId, keysOf, routesOf, type Route } from './correlation.js';
export type {
  Chain,
  ChainDefinition,
  ChainNode,
  Contracts,
  Fork,
  Handler,
  Join,
  KeyRule,
  Outcome,
  PayloadOf,
  TermClause,
} from './definition.js';
export { definitionFor } from './definition-for.js';
export type { Effect, Publication } from './effect.js';
export { explainWait, type WaitExplained } from './explain-wait.js';
export { fold } from './fold.js';
export { glance, type Glance } from './glance.js';
export { firstBroken, sealed, type HistoryRow } from './history.js';
export { nameOf, type Input } from './input.js';
export { planned, type Planned } from './migrate.js';
export { adoption, checkPlan, migrationPlan, placesOf, type MigrationPlan, type TermPolicy } from './migration-plan.js';
export { opVerbs, type Mandate, type OpAct, type OpInput, type OpRole, type OpVerb, type TermAct } from './op.js';
export { outline } from './outline.js';
export { shadow, type Difference } from './shadow.js';
export { transition, type Transition } from './transition.js';
export { uuid5 } from './uuid5.js';
export { whatIf, type Foreseen } from './what-if.js';
