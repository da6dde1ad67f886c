export { hasScope, scopes, type Caller, type Scope } from './caller.js';
export { civilDate } from './civil-date.js';
export {
  compareGrants,
  effectiveGrant,
  type EffectiveGrant,
  type EffectiveType,
  type GrantDifference,
} from './effective-grant.js';
export { mayFetch, type FetchFacts, type FetchVerdict } from './may-fetch.js';
export { mayPublish, rolesOf, type Publication, type PublishVerdict } from './may-publish.js';
export {
  mayReceive,
  mayReceiveType,
  type Grant,
  type ReceiveFacts,
  type ReceiveVerdict,
  type TypeGrant,
} from './may-receive.js';
export { endedMunicipalities, grantedTerritory, wishedTerritory } from './merged-territory.js';
export { isAddressField } from './non-disclosable.js';
export { projectFields } from './project-fields.js';
export { projectionOf, type Projection } from './projection.js';
export { mayDecide, proposalDigest, type ProtocolProposal } from './protocol-proposal.js';
export {
  forceOf,
  needsProtocol,
  protocolName,
  type Channel,
  type Claimant,
  type Force,
  type Party,
  type Protocol,
} from './protocol.js';
export {
  publishRulesFrom,
  rolesOfPublisher,
  type Organisation,
  type PublishRule,
  type PublishRules,
  type Role,
} from './publish-rules.js';
export { afterStep, bookOf, resolveProtocol, type ProtocolBook, type ProtocolStep } from './resolve-protocol.js';
export {
  authorityOf,
  municipalitiesFrom,
  standing,
  successorsOf,
  territoryOf,
  type Municipalities,
  type Municipality,
  type Standing,
} from './territory.js';
