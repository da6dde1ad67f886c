export type { Checked, Codec, EventType, FieldFacts, Klasse, SchemaIds, TopicSpec } from './event-type.js';
