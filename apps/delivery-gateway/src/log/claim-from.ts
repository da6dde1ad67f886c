import type { PartitionClaims } from '@kruispunt/kafka';
import type { Claim, PartitionStore } from '@kruispunt/postgres';

/** Claims that begin at `first` when a partition was never read, instead of at the oldest record there is. */
export const claimFrom = (
  store: PartitionStore,
  first: (topic: string, partition: number) => Promise<number>,
): PartitionClaims<Claim> => ({
  claim: async (consumer, topic, partition, owner) => {
    const claim = await store.claim(consumer, topic, partition, owner);
    return claim.next >= 0 ? claim : { ...claim, next: await first(topic, partition) };
  },
  publishOutbox: (claim) => store.publishOutbox(claim),
});
