export { startGuard, type Guard } from './guard.js';
export { startIssuer, type IssuerClient, type RunningIssuer, type TokenClaims } from './issuer.js';
export { startKafka, type KafkaOptions, type RunningKafka } from './kafka.js';
export { workspaceRoot } from './parts.js';
export { anyFreePort, isFree, portBaseDefault, portsFrom, requireFree, type PortName, type Ports } from './ports.js';
export { startPostgres, type RunningPostgres } from './postgres.js';
export { startChild, untilReady, type Child, type ChildOptions } from './process.js';
export { startServices, type RunningServices, type ServiceAddresses } from './services.js';
export { startRegistry, type RunningRegistry } from './registry.js';
