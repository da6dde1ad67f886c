export { hasScope, scopes, type Caller, type Scope } from './caller.js';
export { civilDate } from './civil-date.js';
export { mayFetch, type FetchFacts, type FetchVerdict } from './may-fetch.js';
export { mayPublish, rolesOf, type Publication, type PublishVerdict } from './may-publish.js';
export { mayReceive, type Grant, type ReceiveFacts, type ReceiveVerdict } from './may-receive.js';
export { isAddressField } from './non-disclosable.js';
export { projectFields } from './project-fields.js';
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
export {
  authorityOf,
  municipalitiesFrom,
  standing,
  successorsOf,
  territoryOf,
  withPredecessors,
  type Municipalities,
  type Municipality,
  type Standing,
} from './territory.js';
