import {
  fetchV13,
  fetchV14,
  fetchV15,
  fetchV16,
  fetchV17,
  ResponseError,
  type Connection,
  type Reader,
} from '@platformatic/kafka';

/** What the broker says of one partition. `records`: batches as they stand in the log, the last one perhaps cut off. */
export interface AnsweredPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly records: Buffer;
}
export interface AnsweredTopic {
  readonly topicId: string;
  readonly partitions: readonly AnsweredPartition[];
}

type Request = Parameters<typeof fetchV17.createRequest>;

/** Since version 13 (Kafka 3.1) topics have ids in the fetch protocol; the answers of 13 to 17 are laid out alike but for tagged fields. */
const versions = new Map([fetchV13, fetchV14, fetchV15, fetchV16, fetchV17].map((one) => [one.api.version, one]));

/** The fetch request of a version; undefined when it is older than 13. Asks as the client does, and reads the answer without its records. */
export function fetchOf(
  version: number,
): ((connection: Connection, ...request: Request) => Promise<readonly AnsweredTopic[]>) | undefined {
  const known = versions.get(version);
  if (known === undefined) return undefined;
  const { api, createRequest } = known;
  return (connection, ...request) =>
    new Promise((resolve, reject) =>
      connection.send<readonly AnsweredTopic[]>(
        api.key,
        version,
        () => createRequest(...request),
        readAnswer,
        true,
        true,
        (error, answer) => (error ? reject(error) : resolve(answer!)),
      ),
    );
}

/** Error codes of partitions are part of the answer; one of the whole answer is thrown. */
function readAnswer(_: number, key: number, version: number, reader: Reader): readonly AnsweredTopic[] {
  reader.skip(4);
  const errorCode = reader.readInt16();
  if (errorCode !== 0) throw new ResponseError(key, version, { '': [errorCode, null] }, {});
  reader.skip(4);
  return reader.readArray((r: Reader): AnsweredTopic => ({
    topicId: r.readUUID(),
    partitions: r.readArray(readPartition),
  }));
}

function readPartition(r: Reader): AnsweredPartition {
  const partition = r.readInt32();
  const errorCode = r.readInt16();
  const highWatermark = Number(r.readInt64());
  // Last stable offset and start of the log.
  r.skip(16);
  // Aborted transactions: two numbers each.
  r.readNullableArray((aborted: Reader) => aborted.skip(16));
  // The replica to prefer.
  r.skip(4);
  const records = r.readNullableBytes() ?? Buffer.alloc(0);
  return { partition, errorCode, highWatermark, records };
}
