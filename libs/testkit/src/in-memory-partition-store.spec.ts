import { InMemoryEventLog } from './in-memory-event-log.js';
import { InMemoryPartitions, InMemoryPartitionStore } from './in-memory-partition-store.js';
import { partitionStoreConformance } from './partition-store-conformance.js';

partitionStoreConformance('InMemoryPartitionStore', () => {
  const [log, partitions] = [new InMemoryEventLog(), new InMemoryPartitions()];
  return Promise.resolve({
    log,
    process: () => new InMemoryPartitionStore(log, partitions),
    effect: (name) => ({ name: 'effect', text: 'insert into effect values ($1)', values: [name] }),
    effects: () => Promise.resolve(partitions.committed.map(({ values }) => String(values?.[0]))),
    close: () => Promise.resolve(),
  });
});
