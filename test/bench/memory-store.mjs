// The partition transaction without a database, for what a transport costs by itself: position and inbox live as long as the process.
import { PartitionStore } from '@kruispunt/postgres';

export class MemoryStore extends PartitionStore {
  seen = new Set();

  async claim(consumer, topic, partition) {
    return { consumer, topic, partition, epoch: 1, next: -1 };
  }

  async transact(_claim, { eventIds = [] }, work) {
    const freshAt = eventIds.map((id) => !this.seen.has(id) && this.seen.add(id) !== undefined);
    return work({
      query: async () => [],
      fresh: new Set(eventIds.filter((_, at) => freshAt[at])),
      freshAt,
      publish: () => undefined,
    });
  }

  async publishOutbox() {
    return 0;
  }
}
