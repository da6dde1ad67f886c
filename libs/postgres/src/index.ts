export { PartitionStore, type Claim, type Tx } from './partition-store.js';
