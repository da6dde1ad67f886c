const seed = 0x9747b28c;
const m = 0x5bd1e995;

const mixed = (word: number): number => {
  const k = Math.imul(word, m);
  return Math.imul(k ^ (k >>> 24), m);
};

/** 32-bit murmur2 as Kafka's Java client computes it (org.apache.kafka.common.utils.Utils); a signed number. */
export function murmur2(bytes: Uint8Array): number {
  let h = seed ^ bytes.length;
  const whole = bytes.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    h = Math.imul(h, m) ^ mixed(word);
  }
  const rest = bytes.length & 3;
  if (rest === 3) h ^= bytes[whole + 2]! << 16;
  if (rest >= 2) h ^= bytes[whole + 1]! << 8;
  if (rest >= 1) h = Math.imul(h ^ bytes[whole]!, m);
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}

/**
 * The partition of a key, the same that Java's default partitioner and both drivers choose: one key keeps one partition,
 * whoever writes it. `partitions` is the partition count of the topic.
 */
export const partitionOfKey = (key: string, partitions: number): number =>
  (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % partitions;
