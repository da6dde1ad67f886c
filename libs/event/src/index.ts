export { extensionNames, klassen, type Envelope, type ExtensionName, type Klasse, type LogPosition, type StoredEvent } from './envelope.js';
export { EventLog, type LogRecord } from './event-log.js';
export { frame, unframe } from './frame.js';
export { fromEntry, type Decoded, type LoggedRecord } from './from-entry.js';
export { attributeNames, envelopeOf, toHeaders, type AttributeName } from './headers.js';
export { subjectKey } from './subject-key.js';
export { dataschemaOf, toRecord } from './to-record.js';
