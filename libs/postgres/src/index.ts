// Stores build on two calls: `database.query<Row>({ name, text, values })` gives the rows of one statement on its own;
// `database.transaction(async (tx) => …)` gives a `tx` with the same `query`, all or nothing. Write a store against `Queryable`
// and it runs in both, and inside the partition transaction too (its `tx.query` has the same form). See statement.ts for types.
export { Database, openDatabase, type DatabaseOptions } from './database.js';
export { isConflictOn } from './database-problem.js';
export { dropDayPartitionsBefore, ensureDayPartitions, type DayRange } from './day-partitions.js';
export {
  indexDays,
  PostgresEventIndex,
  utcDay,
  type IndexCursor,
  type IndexedEvent,
  type IndexQuery,
} from './event-index.js';
export { migrate } from './migrate.js';
export { PartitionStore, type Claim, type Stretch, type Tx } from './partition-store.js';
export { PostgresPartitionStore } from './postgres-partition-store.js';
export { PostgresQuarantine } from './postgres-quarantine.js';
export type { Queryable, Statement, Transaction } from './statement.js';
export { AanvraagStore, type Aanvraag } from './aanvraag-store.js';
export { AkteStore, type Akte } from './akte-store.js';
export { Desk } from './desk.js';
export { FeedStore } from './feed-store.js';
export { PersoonStore, type Persoon } from './persoon-store.js';
export { VerhuisStore, type Verhuis, type Woonstcontrole } from './verhuis-store.js';
export { PostgresActivity, type Activity } from './activity-store.js';
export { PostgresDisclosure } from './disclosure-store.js';
export { PostgresRepertoriumOutbox } from './repertorium-outbox.js';
export {
  PostgresRepertorium,
  type Registered,
  type Registrant,
  type Registration,
  type RegistrationChange,
  type StoredRegistration,
} from './repertorium-store.js';
export { listen, type Listener } from './listen.js';
export { PostgresProtocolProposalStore, type NewProposal, type ProposalDecision } from './protocol-proposal-store.js';
export { PostgresProtocolStore, type ProtocolChange, type ProtocolHistory } from './protocol-store.js';
export { PostgresProtocolWitness, type Witness } from './protocol-witness.js';
export { PostgresReplayEvidence, type EvidencedItem } from './replay-evidence-store.js';
export { PostgresReplayItemStore, type SettledItem } from './replay-item-store.js';
export {
  PostgresReplayPlanStore,
  type ItemQuery,
  type PlanState,
  type ReplayPlan,
  type StoredItem,
} from './replay-plan-store.js';
export {
  PostgresReplayRunStore,
  type NewRun,
  type ReplayRun,
  type RunChange,
  type RunState,
} from './replay-run-store.js';
export {
  discardParked,
  eraseDiscarded,
  parkedStanding,
  remarkParked,
  restoreParked,
  type Discard,
  type ParkedActed,
  type ParkedSelection,
  type Remark,
} from './parked-acts.js';
export {
  groupings,
  PostgresParkedStore,
  type Grouping,
  type ParkedGroup,
  type ParkedQuery,
  type ParkedRow,
} from './parked-store.js';
export { PostgresActs } from './postgres-acts.js';
export {
  PostgresReplayStanding,
  type ParkedEvent,
  type StandingException,
  type StandingPosition,
} from './replay-standing.js';
export { eventDigest, PostgresChainStore, type DueTimer } from './chain-store.js';
export { leafOf, PostgresChainEvidence, type DaySpan, type Leaf, type StoredSeal } from './chain-evidence-store.js';
export {
  PostgresChainIncidents,
  type IncidentGroup,
  type Pause,
  type PauseKind,
  type WaitingInput,
} from './chain-incident-store.js';
export {
  nilInstance,
  PostgresChainOrders,
  type ChainOrder,
  type OrderItem,
  type OrderScope,
} from './chain-order-store.js';
export { PostgresChainClock } from './chain-store-clock.js';
export { PostgresChainRouting, type Claimed, type ClaimedCursor, type EarlyEvent } from './chain-store-routing.js';
export { PostgresChainView, type ChainQuery, type OpenIncident, type OpenTask } from './chain-store-view.js';
export { PostgresSubscriptionStore, type StartPosition, type SubscriptionChange } from './subscription-store.js';
export {
  PostgresPositionStore,
  type ParkedRecord,
  type PositionChange,
  type StoredPosition,
} from './position-store.js';
export { PostgresGapStore, type GapWarning } from './gap-store.js';
export { PostgresPullStore, type PullMove } from './pull-store.js';
export { PostgresDeliveryLog, type LoggedDelivery } from './delivery-log.js';
export { PostgresFlow, type FlowRow } from './flow.js';
export { RegistrationStore } from './registration-store.js';
