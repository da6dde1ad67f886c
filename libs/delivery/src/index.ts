export { answerClass, failures, isAccepted, type Answer, type Failure } from './answer.js';
export { nextPace, perSecondOf, standardRates, type Pace, type RateRules, type Window } from './adaptive-rate.js';
export { afterTrouble, closedCircuit, failingKeysMax, startProbe, type Circuit, type CircuitFacts } from './circuit.js';
export type { Attempt, Offer, Outcome } from './attempt.js';
export { standardLimits, type DeskLimits } from './desk-limits.js';
export { Desk, type DeskChange, type DeskOptions, type DeskSettings } from './desk.js';
export { DuplicateWindow } from './duplicate-window.js';
export { compileFilter, parseFilter, type Facts, type Filter, type Scalar, type Test, type Told } from './filter.js';
export { fingerprint, type FailureFacts } from './fingerprint.js';
export { pauseMs, standardLadder, stepMs, type Ladder, type PauseFacts } from './ladder.js';
export type { Gap, HeldLane, Hold, HoldChange, WrittenHold } from './lane.js';
export { Candidates } from './candidates.js';
export { compileMatch, type Match, type Matcher } from './match.js';
export { nextAttempt, type AttemptFacts, type DeliveryError, type Next } from './next-attempt.js';
export { subjectsOf } from './subjects-of.js';
export {
  filePeriods,
  type AddressException,
  type Batch,
  type Endpoint,
  type FilePeriod,
  type OrderPolicy,
  type Output,
  type SignatureProfile,
  type Subscription,
  type SubscriptionState,
} from './subscription.js';
export {
  Track,
  type EntryState,
  type LedgerChange,
  type LedgerItem,
  type LiveReader,
  type ParkedItem,
  type Stretch,
} from './track.js';
export { approvalCauses, approvalRules, type ApprovalCause, type ApprovalRules } from './replay/approval.js';
export { CompactSet } from './replay/compact-set.js';
export { Freezing, keyHash, planLifeMs, type FrozenItem, type PlanSummary } from './replay/freeze.js';
export {
  compileRequest,
  intents,
  type Before,
  type Candidate,
  type Intent,
  type ItemState,
  type PlannedItem,
  type PlanRequest,
  type ReplayOrder,
} from './replay/plan.js';
export {
  allowance,
  parseRamp,
  rampStart,
  rampText,
  resumed,
  settleOutcome,
  type PauseCause,
  type Progress,
  type Ramp,
  type RunOutcome,
} from './replay/ramp.js';
export { csvHeading, csvLine, markdownHeading, markdownRow, type ReportHead } from './replay/report.js';
export {
  verifyItem,
  Verifying,
  type After,
  type Evidence,
  type RunItem,
  type Verdict,
  type VerifiedItem,
  type VerifyFault,
} from './replay/verify.js';
