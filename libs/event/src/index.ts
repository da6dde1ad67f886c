export { extensionNames, klassen, type Envelope, type ExtensionName, type Klasse, type LogPosition, type StoredEvent } from './envelope.js';
export { EventLog, type LogRecord } from './event-log.js';
