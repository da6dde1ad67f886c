export {
  extensionNames,
  klassen,
  type Envelope,
  type ExtensionName,
  type Klasse,
  type LogPosition,
  type StoredEvent,
} from './envelope.js';
export { EventLog, type LogRecord } from './event-log.js';
export { frame, unframe } from './frame.js';
export { fromEntry, type Decoded, type LoggedRecord } from './from-entry.js';
export { attributeNames, envelopeOf, toHeaders, type AttributeName } from './headers.js';
export { subjectKey } from './subject-key.js';
export { dataschemaOf, toRecord } from './to-record.js';
export { checkAttributes, type Attributes } from './check-attributes.js';
export { findInsz, isInsz, isTestInsz, maskInsz } from './insz.js';
export { mediaTypeOf, payloadFormatOf, payloadMediaTypes, type PayloadFormat } from './media-type.js';
export {
  parseBatch,
  parseBinary,
  parseStructured,
  publishLimits,
  type HttpHeaders,
  type IncomingEvent,
  type Parsed,
  type ParseLimits,
  type Payload,
} from './parse-envelope.js';
export { isRfc3339 } from './rfc3339.js';
export { strictJson, strictJsonItems, type Json, type JsonItem, type JsonLimits, type Refused } from './strict-json.js';
export { Quarantine, type QuarantinedRecord, type QuarantineEntry } from './quarantine.js';
export { organisationCode, sourceOwner } from './source-owner.js';
