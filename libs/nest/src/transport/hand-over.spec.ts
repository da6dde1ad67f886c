import { describe, expect, it } from '@jest/globals';
import { Timers } from '@kruispunt/clock';
import type { EventType, SchemaIds } from '@kruispunt/contracts';
import { Quarantine, toRecord, type Envelope, type QuarantinedRecord } from '@kruispunt/event';
import type { LogBatch, LogEntry } from '@kruispunt/kafka';
import type { Claim, Tx } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { InMemoryEventLog, InMemoryPartitions, InMemoryPartitionStore } from '@kruispunt/testkit';
import fc from 'fast-check';
import { HandOver, type Stretch } from './hand-over.js';

interface Note {
  readonly text: string;
}
const noteType = (name: string): EventType<Note> => ({
  type: `be.vlaanderen.test.${name}.v1`,
  version: 1,
  name,
  record: `test.${name}`,
  topic: 'be.vlaanderen.test.note.v1',
  klasse: 'INTERN',
  schema: {},
  registrySubject: name,
  fields: [],
  codec: {
    encode: (payload) => Buffer.from(JSON.stringify(payload)),
    decode: (body) => JSON.parse(Buffer.from(body).toString()) as Note,
    check: (json) => ({ ok: true, value: json as Note }),
  },
});
const [written, erased, unheard] = [noteType('written'), noteType('erased'), noteType('unheard')];
const types = [written, erased, unheard];
const schemaIds: SchemaIds = {
  idOf: (type) => types.findIndex((one) => one.type === type.type) + 1,
  typeOf: (id) => types[id - 1],
};

class InMemoryQuarantine extends Quarantine {
  readonly records: QuarantinedRecord[] = [];
  put = async (records: readonly QuarantinedRecord[]) => void this.records.push(...records);
  list = async () => [];
  count = async () => this.records.length;
  find = async () => undefined;
  remove = async () => false;
}
class NoRest extends Timers {
  naps = 0;
  sleep = async () => void this.naps++;
}

type Kind = 'good' | 'poison' | 'garbage' | 'unheard' | 'again';

const entryOf = (kind: Kind, offset: number): LogEntry => {
  const type = kind === 'unheard' ? unheard : offset % 3 === 0 ? erased : written;
  const id = kind === 'again' ? 'same' : `e-${offset}`;
  const envelope: Envelope<Note> = {
    specversion: '1.0',
    id,
    source: 'urn:test',
    type: type.type,
    subject: 'urn:test:k',
    time: '2026-03-02T10:15:00Z',
    data: { text: kind },
  };
  const { key, value, headers, topic } = toRecord(envelope, type, schemaIds);
  const body = kind === 'garbage' ? Buffer.from('niets') : Buffer.from(value!);
  return { topic, partition: 0, offset, key: Buffer.from(key), value: body, headers, timestamp: 0 };
};

const batchOf = (kinds: readonly Kind[], from = 0): LogBatch => {
  const entries = kinds.map((kind, i) => entryOf(kind, from + i));
  return {
    topic: written.topic,
    partition: 0,
    from,
    entries,
    next: from + kinds.length,
    highWatermark: from + kinds.length,
  };
};

const bench = (call: (stretch: Stretch, tx: Tx) => Promise<void>) => {
  const [partitions, quarantine, timers] = [new InMemoryPartitions(), new InMemoryQuarantine(), new NoRest()];
  const store = new InMemoryPartitionStore(new InMemoryEventLog(), partitions);
  const handOver = new HandOver({
    consumer: 'spec',
    schemaIds,
    store,
    quarantine,
    timers,
    wants: (type) => type === written.type || type === erased.type,
    call: (stretch, _claim, tx) => call(stretch, tx),
    onQuarantined: () => undefined,
  });
  return {
    handOver,
    quarantine,
    timers,
    partitions,
    claim: (): Promise<Claim> => store.claim('spec', written.topic, 0, 'spec'),
    effects: () => partitions.committed.map((statement) => Number(statement.values![0])),
  };
};

/** Notes each event as an effect; a poison one throws after the others of its stretch were noted. */
const note = async ({ events }: Stretch, tx: Tx): Promise<void> => {
  for (const event of events) await tx.query({ name: 'effect', text: '', values: [event.position.offset] });
  if (events.some((event) => (event.envelope.data as Note).text === 'poison')) throw new Error('poison');
};

describe('handing a batch over', () => {
  it('commits each good event once and in order, sets bad ones apart, and ends at the end, whatever the batch holds', async () => {
    const kinds = fc.array(fc.constantFrom<Kind>('good', 'good', 'good', 'poison', 'garbage', 'unheard', 'again'), {
      minLength: 1,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(kinds, async (given) => {
        const { handOver, quarantine, claim, effects, partitions } = bench(note);
        await handOver.handle(await claim(), batchOf(given));
        const at = (kind: Kind) => given.flatMap((one, i) => (one === kind ? [i] : []));
        const firstAgain = at('again').slice(0, 1);
        expect(effects()).toEqual([...at('good'), ...firstAgain].sort((a, b) => a - b));
        expect(quarantine.records.map((r) => r.offset).sort((a, b) => a - b)).toEqual(
          [...at('poison'), ...at('garbage')].sort((a, b) => a - b),
        );
        expect([...partitions.partitions.values()][0]!.next).toBe(given.length);
      }),
    );
  });

  it('gives a handler stretches of one type, in log order', async () => {
    const stretches: string[] = [];
    const { handOver, claim } = bench(
      async ({ type, events }) => void stretches.push(`${type.name} ${events.map((e) => e.position.offset).join()}`),
    );
    await handOver.handle(await claim(), batchOf(['good', 'good', 'unheard', 'good', 'good', 'good']));
    expect(stretches).toEqual(['erased 0', 'written 1', 'erased 3', 'written 4,5']);
  });

  it('tries the failing event three times, with rests, and says why it was set apart', async () => {
    const { handOver, claim, quarantine, timers } = bench(note);
    await handOver.handle(await claim(), batchOf(['good', 'poison', 'good']));
    expect(timers.naps).toBe(2);
    expect(quarantine.records).toEqual([
      expect.objectContaining({ consumer: 'spec', offset: 1, because: expect.objectContaining({ slug: 'internal' }) }),
    ]);
  });

  it('throws a fault of the outside and goes on where it was when the batch comes again', async () => {
    let isDown = false;
    const { handOver, claim, effects, quarantine } = bench(async (stretch, tx) => {
      if (isDown) throw problem('store-unavailable');
      await note(stretch, tx);
      if (stretch.events.some((e) => e.position.offset === 1)) isDown = true;
    });
    const owned = await claim();
    const batch = batchOf(['good', 'good', 'poison', 'good']);
    await expect(handOver.handle(owned, batch)).rejects.toMatchObject({ slug: 'store-unavailable' });
    expect(quarantine.records).toEqual([]);
    isDown = false;
    while (effects().length < 3) await handOver.handle(owned, batch).catch(() => (isDown = false));
    expect(effects()).toEqual([0, 1, 3]);
  });

  it('writes nothing more once it is fenced', async () => {
    const { handOver, claim, effects } = bench(note);
    const old = await claim();
    await claim();
    await expect(handOver.handle(old, batchOf(['good']))).rejects.toMatchObject({ slug: 'fenced' });
    expect(effects()).toEqual([]);
  });
});
