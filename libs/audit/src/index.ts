export { auditPayload } from './audit-payload.js';
export { AuditTrail, type AuditedEvent, type AuditEntry, type AuditKind, type AuditReference } from './audit-trail.js';
export {
  genesis,
  lineDigest,
  placeOf,
  referenceOf,
  verifyChain,
  type Break,
  type ChainPlace,
  type ChainVerdict,
  type ReadLine,
} from './hash-chain.js';
export { InMemoryAuditTrail } from './in-memory-audit-trail.js';
export { MerkleTree } from './merkle.js';
export { LogAuditTrail, type LogAuditTrailOptions } from './log-audit-trail.js';
