// A move from its declaration to its registration, through the real chain integrator: against one event per transaction by hand.
import { randomUUID } from 'node:crypto';
import { instanceId } from '@kruispunt/chain-engine';
import { verhuis } from '@kruispunt/chains';
import { ev } from '@kruispunt/contracts';
import { fromEntry } from '@kruispunt/event';
import { openDatabase } from '@kruispunt/postgres';
import { openRival } from './chain-rival.mjs';
import { freshDossier, moveEvent, moveRecord, reportEvent, reportRecord } from './events.mjs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flood, inTurns, measured, until, untilIdle } from './measure.mjs';
import { engineSide, installRivals, startEngine } from './rivals.mjs';

export const title = 'The chain verhuis: declarations to registrations';
export const about = `One instance is a declaration, the command to the police zone (published and read back from the log), the report, and the registration
with all that is published on the way. Ours: the real \`chain-integrator\` process; router, correlation, inbox, early events, terms and timers
included; the events are read from Kafka, and this process answers each command with a report, as a police zone would. Rival: the same pure
machine, one event per transaction (load for update, state, history, outbox; publish; forget), called directly with ready objects: it
reads nothing from Kafka, decodes nothing, and keeps no timers, terms, keys or inbox. DBOS and Restate (npm) run a workflow of the same shape, two
steps, a report that is waited for, three steps: steps that do nothing, no log, no Avro, no terms, no history that can be verified. CPU: the
process that runs the chain, its server where it has one, and Postgres where it uses it.`;

const lanes = 16;
const person = () => ({ subjectPseudoniemen: [`p1-${randomUUID().replaceAll('-', '')}`] });
const today = () => ({ aangiftedatum: new Date().toISOString().slice(0, 10) });

/** Plays the police zones: answers every command it reads with a report, from now on until what it answers is called. */
async function policeZones(world) {
  const { topic } = ev.WoonstcontroleAangevraagdV1;
  const reader = await world.driver.reader();
  let stopped = false;
  const follow = async ({ partition, next }) => {
    for (let offset = next; !stopped;) {
      const batch = await reader.read({ topic, partition, offset, maxWaitMs: 50 });
      const asked = batch.entries.filter(({ headers }) => headers.ce_type === ev.WoonstcontroleAangevraagdV1.type);
      if (asked.length > 0) {
        const dossiers = asked.map((entry) => fromEntry(entry, world.schemaIds).event.envelope.data.dossier);
        await world.log.append(dossiers.map((dossier) => reportRecord(world.schemaIds, dossier)));
      }
      offset = batch.next;
    }
  };
  const loops = (await world.admin.offsets(topic)).map(follow);
  return async () => {
    stopped = true;
    await Promise.all(loops);
    await reader.close();
  };
}

async function ours(world, total, database) {
  const ended = async () =>
    Number(
      (
        await database.query({
          name: 'bench-ended',
          text: "select count(*) as n from chain_instance where status = 'ENDED'",
        })
      )[0].n,
    );
  const before = await ended();
  const stopZones = await policeZones(world);
  const dossiers = Array.from({ length: total }, freshDossier);
  const processes = [world.system.pid('chain-integrator'), ...world.postgresPids];
  const run = await measured(
    async () => {
      await world.log.append(
        dossiers.map((dossier) => moveRecord(world.schemaIds, dossier, { ...person(), ...today() })),
      );
      await until('all chains at their end', async () => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        return (await ended()) - before >= total;
      });
      return total;
    },
    { pids: processes, self: false },
  );
  await stopZones();
  await untilIdle(processes);
  return run;
}

const inputOf = (name, { id, source, data }) => ({ kind: 'event', name, id, source, payload: data });

async function byHand(world, rival, total) {
  const one = async () => {
    const dossier = freshDossier();
    const instance = instanceId('verhuis', dossier);
    const published = await rival.take(
      instance,
      inputOf('AdreswijzigingAangegevenV1', moveEvent(dossier, { ...person(), ...today() })),
    );
    const command = published.find(({ data }) => data.poging !== undefined);
    await rival.take(
      instance,
      inputOf('WoonstcontroleAangevraagdV1', { id: command.id, source: 'urn:kruispunt:bench', data: command.data }),
    );
    await rival.take(instance, inputOf('WoonstcontroleUitgevoerdV1', reportEvent(dossier)));
  };
  return measured(() => flood(total, lanes, one).then(() => total), { pids: world.postgresPids });
}

const engineLanes = 64;

export async function run(world, { quick, tell }) {
  const [many, few, rounds] = quick ? [1_000, 200, 1] : [4_000, 800, 3];
  await installRivals(tell);
  const folder = await mkdtemp(join(tmpdir(), 'bench-restate-'));
  const LANES = String(engineLanes);
  const dbos = await startEngine('dbos', { DATABASE_URL: world.databaseUrl, LANES });
  const restate = await startEngine('restate', { FOLDER: folder, LANES, RESTATE_LOGGING: 'ERROR' });
  await world.system.start('chain-integrator');
  const database = openDatabase(world.databaseUrl, { sessionsMax: lanes });
  try {
    const rival = await openRival({
      database,
      log: world.log,
      schemaIds: world.schemaIds,
      definition: verhuis({ datarefBase: '/v1/personen' }),
      topic: await world.topic('chain', 6),
    });
    const found = await inTurns(
      {
        ours: () => ours(world, many, database),
        'by hand': () => byHand(world, rival, few),
        DBOS: engineSide(dbos, few, world.postgresPids),
        Restate: engineSide(restate, few, []),
      },
      { rounds, warm: quick ? 0 : 1, tell },
    );
    const what = `chain-integrator, ${many} declarations at once`;
    const against = {
      'by hand': `one event per transaction, by hand, ${lanes} at a time`,
      DBOS: `DBOS, five steps, ${engineLanes} at a time`,
      Restate: `Restate, five steps, ${engineLanes} at a time`,
    };
    return {
      unit: 'instance',
      rows: Object.entries(against).map(([name, rival]) => ({
        what,
        against: rival,
        ours: found.ours,
        rival: found[name],
      })),
      notes: ['Target of the design: ≥ 15 times less CPU than DBOS, ≥ 8 times less than Restate.'],
    };
  } finally {
    for (const engine of [dbos, restate]) engine.stop();
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}
