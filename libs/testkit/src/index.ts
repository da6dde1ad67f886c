export { bpmnComplaints } from './bpmn-complaints.js';
export { freshDatabase } from './fresh-database.js';
export { freshName, serviceUrl } from './service-url.js';
export { until } from './until.js';
export { InMemoryEventLog } from './in-memory-event-log.js';
export { InMemoryPartitions, InMemoryPartitionStore } from './in-memory-partition-store.js';
export { partitionStoreConformance, type PartitionStoreBench } from './partition-store-conformance.js';
export { openApiFile } from './open-api-file.js';
export { standInServer, type Asked, type Route, type StandInServer } from './stand-in-server.js';
