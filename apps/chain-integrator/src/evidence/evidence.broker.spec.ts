import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Rehearsal } from '@kruispunt/chain-author';
import { instanceId } from '@kruispunt/chain-engine';
import { chains } from '@kruispunt/chains';
import { VirtualClock } from '@kruispunt/clock';
import { eventTypes, type SchemaIds } from '@kruispunt/contracts';
import {
  migrate,
  openDatabase,
  PostgresChainEvidence,
  PostgresChainStore,
  PostgresPartitionStore,
  type Claim,
  type Database,
} from '@kruispunt/postgres';
import { startOfDay } from '@kruispunt/term';
import { freshDatabase, InMemoryEventLog } from '@kruispunt/testkit';
import { ketenIn } from '../run/keten-in.js';
import { Evidence } from './evidence.js';
import { sealsIn } from './read-seals.js';
import { Sealer } from './sealer.js';

const day = '2026-04-20';
const definitions = chains({ datarefBase: '/v1/personen' });
const schemaIds: SchemaIds = {
  idOf: (type) => eventTypes.findIndex((t) => t.type === type.type) + 1,
  typeOf: (id) => eventTypes[id - 1],
};
const dossiers = ['VH-1', 'VH-2', 'VH-3'];
const evidence = new PostgresChainEvidence();
const ids = dossiers.map((dossier) => instanceId('verhuis', dossier));

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
let database: Database;
let log: InMemoryEventLog;
let clock: VirtualClock;
let claim: Claim;
let sealer: Sealer;
let question: Evidence;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = openDatabase(fresh.url, { sessionsMax: 4 });
  await migrate(database);
}, 60_000);
afterAll(async () => {
  await database?.close();
  await fresh?.drop();
}, 60_000);

/** Three moves on two days, as the engine writes them; the first day is sealed. */
beforeEach(async () => {
  await sql('truncate chain_instance, chain_history, chain_seal, chain_term, chain_timer, chain_correlation, outbox');
  log = new InMemoryEventLog();
  clock = new VirtualClock(startOfDay('2026-04-21') + 3_600_000);
  const store = new PostgresPartitionStore(database, log);
  claim = await store.claim('chain', ketenIn, 0, 'spec');
  await write(store);
  sealer = new Sealer({ store, evidence, schemaIds, clock });
  while (await sealer.seal(claim, claim.next));
  question = new Evidence({
    database,
    evidence,
    partitions: 1,
    clock,
    seals: () => Promise.resolve(sealsIn(entries(), schemaIds)),
  });
});

async function write(store: PostgresPartitionStore): Promise<void> {
  const stage = new Rehearsal(definitions, startOfDay(day) + 9 * 3_600_000);
  const told = { adresRef: 'https://data.vlaanderen.be/id/adres/1', betrekkingsdatum: null, domiciliestatus: null };
  const at = { aangiftedatum: day, tijdstipRegistratie: `${day}T08:00:00.000Z` };
  const move = { wijziging: 'ANDERE_GEMEENTE', nisOud: '24055', nisNieuw: '24062', ...told, ...at };
  for (const dossier of dossiers)
    stage.give('AdreswijzigingAangegevenV1', { dossier, subjectPseudoniemen: [`p1.${dossier}`], ...move });
  stage.advanceTo(startOfDay(day) + 10 * 3_600_000);
  const report = { resultaat: 'NIET_AANGETROFFEN', controledatum: day, pogingen: 1, verslagRef: 'v', politiezone: 'z' };
  for (const dossier of dossiers)
    stage.give('WoonstcontroleUitgevoerdV1', { dossier, ...report, tijdstipRegistratie: `${day}T09:00:00.000Z` });
  stage.advanceTo(startOfDay('2026-04-21') + 1_800_000);
  stage.give('WoonstcontroleUitgevoerdV1', {
    dossier: 'VH-1',
    ...report,
    resultaat: 'BEVESTIGD',
    tijdstipRegistratie: '2026-04-20T22:30:00.000Z',
  });
  const states = new Map(ids.map((id) => [id, { state: stage.states.get(id)!, revBefore: 0 }]));
  const history = ids.flatMap((instance) => stage.histories.get(instance)!.map((row) => ({ instance, row })));
  const nothing = { publications: [], timers: [], keys: [], terms: [], tasks: [], incidents: [] };
  await store.transact(claim, { from: claim.next, next: claim.next }, (tx) =>
    new PostgresChainStore().save(tx, 0, { ...nothing, states, history }, clock.now()),
  );
}

const entries = () =>
  log.records.map(({ topic, key, value, headers }, offset) => ({
    ...{ topic, headers, offset, partition: 0, timestamp: 0 },
    key: Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
  }));
let count = 0;
const sql = async (text: string, values: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> =>
  database.query({ name: `spec-${count++}`, text, values });
const found = async () =>
  (await question.verify(day)).findings.map((f) => [
    f.what,
    f.instance === null ? f.day : dossiers[ids.indexOf(f.instance)],
    f.seq,
  ]);

describe('the evidence of a chain’s history', () => {
  it('is intact as it was written, with one root per past day in the log', async () => {
    expect(await question.verify(day)).toMatchObject({ intact: true, seals: 1, findings: [] });
    const seals = sealsIn(entries(), schemaIds);
    expect(seals).toMatchObject([{ dag: day, partitie: 0, vorigeWortel: null }]);
    expect(await sealer.seal(claim, claim.next)).toBe(false);
  });

  it('seals the next day when it is past, under the root before it', async () => {
    await clock.advance(86_400_000);
    while (await sealer.seal(claim, claim.next));
    const [second, first] = await evidence.seals(database, 0);
    expect([second?.day, second?.prev]).toEqual(['2026-04-21', first?.root]);
    expect((await question.verify(day)).intact).toBe(true);
  });

  it('names a row whose content was changed', async () => {
    await sql(
      `update chain_history set data = jsonb_set(data, '{toestand}', '"Ingeschreven"') where id = $1 and seq = 2`,
      [ids[1]],
    );
    expect(await found()).toEqual([['altered', 'VH-2', 2]]);
  });

  it('names a row whose moment was changed', async () => {
    await sql(`update chain_history set at = at + interval '1 second' where id = $1 and seq = 1`, [ids[0]]);
    expect(await found()).toContainEqual(['altered', 'VH-1', 1]);
  });

  it('names a row that was taken out', async () => {
    await sql('delete from chain_history where id = $1 and seq = 2', [ids[0]]);
    expect(await found()).toContainEqual(['removed', 'VH-1', 2]);
  });

  it('names a last row that was cut off, though nothing follows it', async () => {
    const [last] = await sql(
      'delete from chain_history where id = $1 and seq = (select max(seq) from chain_history where id = $1) returning seq',
      [ids[2]],
    );
    expect(await found()).toContainEqual(['removed', 'VH-3', last?.['seq']]);
  });

  it('names rows that changed places', async () => {
    await sql('update chain_history set seq = seq + 1000 where id = $1 and seq in (2, 3)', [ids[0]]);
    await sql('update chain_history set seq = 1005 - seq where id = $1 and seq in (1002, 1003)', [ids[0]]).catch(
      () => undefined,
    );
    await sql('update chain_history set seq = case seq when 1002 then 3 when 1003 then 2 else seq end where id = $1', [
      ids[0],
    ]);
    expect(await found()).toEqual(
      expect.arrayContaining([
        ['reordered', 'VH-1', 2],
        ['reordered', 'VH-1', 3],
      ]),
    );
  });

  it('names every row of a case that was taken away as a whole, from the list that the root in the log vouches for', async () => {
    await sql('delete from chain_history where id = $1', [ids[1]]);
    await sql('delete from chain_instance where id = $1', [ids[1]]);
    expect(await found()).toEqual(
      expect.arrayContaining([
        ['removed', 'VH-2', 1],
        ['removed', 'VH-2', 2],
      ]),
    );
  });

  it('names a row that was slipped in, hashes and all', async () => {
    await sql(
      `insert into chain_history (part, id, seq, at, event, data, prev, hash)
       select part, gen_random_uuid(), 1, at, null, data, '', hash from chain_history where id = $1 and seq = 1`,
      [ids[0]],
    );
    expect((await question.verify(day)).findings.map((f) => f.what)).toContain('inserted');
  });

  it('does not believe a list that was changed along, nor a root that the log does not have', async () => {
    await sql('delete from chain_history where id = $1 and seq = 2', [ids[0]]);
    await sql(`update chain_seal set leaves = overlay(leaves placing '\\x00'::bytea from 30)`);
    expect(await found()).toContainEqual(['seal', day, 0]);
    log.records.length = 0;
    expect(await found()).toContainEqual(['seal', day, 0]);
  });
});
