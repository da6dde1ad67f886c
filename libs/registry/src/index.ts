export { ConfluentRegistry, levelOf, type Check, type Registered, type RegistryOptions } from './confluent-registry.js';
export { KnownSchemas } from './known-schemas.js';
