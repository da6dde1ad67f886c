// A CommonJS module: Node finds only some of its named exports.
import kafkajs, { type Cluster, type Kafka } from 'kafkajs';
import type { DriverOptions } from '../driver.js';

const requestTimeoutDefaultMs = 10_000;

/** One kafkajs client, silent (faults are thrown), with few and quick retries. */
export function kafkajsClient(options: DriverOptions, requestTimeoutMs = requestTimeoutDefaultMs): Kafka {
  return new kafkajs.Kafka({
    clientId: options.clientId,
    brokers: [...options.brokers],
    connectionTimeout: 2_000,
    requestTimeout: requestTimeoutMs,
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 8 },
  });
}

/**
 * kafkajs hands its cluster (metadata, brokers, raw fetch) to partition assigners and to nobody else. An assigner that only keeps it
 * is the public way to positioned reading.
 */
export function keepCluster(keep: (cluster: Cluster) => void) {
  return ({ cluster }: { cluster: Cluster }) => {
    keep(cluster);
    return {
      name: 'none',
      version: 0,
      assign: async () => [],
      protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }),
    };
  };
}
