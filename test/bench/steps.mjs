// Five steps with a wait in the middle, by the real chain integrator and by engines of durable execution: the same flow on all sides.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ev, topics } from '@kruispunt/contracts';
import { freshDossier, moveRecord, reportRecord } from './events.mjs';
import { cpuOf, inTurns, measured, until, untilIdle } from './measure.mjs';
import { engineSide, installRivals, startEngine } from './rivals.mjs';

export const title = 'A chain of five steps';
export const about = `One instance is two steps, a report that is waited for, and three steps, none of which does anything: the same flow on every side.
Ours: the real code of \`chain-integrator\` with this one chain. Both events come from Kafka in Avro, pass the router, correlation and
inbox, are applied in one transaction per batch with a history linked by hash, and each step is told in the log in Avro (eight records per
instance), of which this process reads the first to send the report and the last to send the next. DBOS and Restate (npm) are called
directly: no log, no Avro, no correlation. So many instances are under way at once as make batches of about 500 or 20 events. CPU: the
process that runs the chain, its server where it has one, and Postgres where it uses it.`;

const partitions = topics.find(({ name }) => name === 'be.vlaanderen.keten.in.v1').partitions;
const engineLanes = 64;

/** The chain integrator with the chain of the bench, as a process of its own. */
async function startWorker(world) {
  const folder = await mkdtemp(join(tmpdir(), 'bench-steps-'));
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const profile = process.env.BENCH_PROFILE;
  const output = openSync(join(folder, 'worker.log'), 'a');
  const child = spawn(process.execPath, ['--max-semi-space-size=32', join(import.meta.dirname, 'chain-worker.mjs')], {
    env: {
      PATH: process.env.PATH,
      ...world.system.env,
      KP_CHAIN_INTEGRATOR_PORT: String(port),
      ...(profile && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` }),
    },
    stdio: ['ignore', output, output],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  world.owns({ close: async () => (child.kill('SIGTERM'), await ended, rm(folder, { recursive: true })) });
  await until('the worker is ready', () =>
    fetch(`http://127.0.0.1:${port}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return child.pid;
}

/** Hears the signals of chains, and answers: a report for each that began, and word of each that ended. */
async function follow(world, heard) {
  const { topic } = ev.KetenGestartV1;
  const reader = world.owns(await world.driver.reader());
  for (const { partition, next } of await world.admin.offsets(topic)) {
    void (async () => {
      for (let offset = next; ;) {
        const batch = await reader.read({ topic, partition, offset, maxWaitMs: 50 }).catch(() => undefined);
        if (batch === undefined) return;
        const of = (type) =>
          batch.entries.filter((e) => e.headers.ce_type === type.type).map((e) => e.headers.ce_kpdossier);
        heard({ began: of(ev.KetenGestartV1), ended: of(ev.KetenAfgeslotenV1).length });
        offset = batch.next;
      }
    })();
  }
}

/** So many instances, `inFlight` of them under way. `heard` is told of by the followers. */
function openFlow(world) {
  let turn = { left: 0, ended: 0, done: () => {} };
  const begin = (count) => {
    const now = Math.min(count, turn.left);
    turn.left -= now;
    return Array.from({ length: now }, () => moveRecord(world.schemaIds, freshDossier()));
  };
  const heard = ({ began, ended }) => {
    turn.ended += ended;
    const records = [...began.map((dossier) => reportRecord(world.schemaIds, dossier)), ...begin(ended)];
    if (records.length > 0) void world.log.append(records);
    if (turn.ended === turn.total) turn.done();
  };
  const flow = async (total, inFlight) => {
    const done = new Promise((resolve) => (turn = { total, left: total, ended: 0, done: resolve }));
    await world.log.append(begin(inFlight));
    await done;
  };
  return { heard, flow };
}

export async function run(world, { quick, tell }) {
  const [many, few, rounds] = quick ? [6_000, 400, 1] : [18_000, 800, 3];
  await installRivals(tell);
  const folder = await mkdtemp(join(tmpdir(), 'bench-restate-'));
  const LANES = String(engineLanes);
  const dbos = await startEngine('dbos', { DATABASE_URL: world.databaseUrl, LANES });
  const restate = await startEngine('restate', { FOLDER: folder, LANES, RESTATE_LOGGING: 'ERROR' });
  try {
    const worker = await startWorker(world);
    const pids = [worker, ...world.postgresPids];
    const { heard, flow } = openFlow(world);
    await follow(world, heard);
    const split = [];
    const ours = (perBatch, total) => async () => {
      const before = pids.map((pid) => cpuOf([pid]));
      const measure = await measured(() => flow(total, perBatch * partitions).then(() => total), {
        pids,
        self: false,
        after: () => untilIdle(pids),
      });
      split.push({ perBatch, us: pids.map((pid, i) => (cpuOf([pid]) - before[i]) / total) });
      return measure;
    };
    const found = await inTurns(
      {
        '500 per batch': ours(500, many),
        '20 per batch': ours(20, Math.round(many / 3)),
        DBOS: engineSide(dbos, few, world.postgresPids),
        Restate: engineSide(restate, few, []),
      },
      { rounds, tell },
    );
    const row = (ours, name, rival = `${name}, ${engineLanes} at a time`) => ({
      what: `chain-integrator, about ${ours}`,
      against: rival,
      ours: found[ours],
      rival: found[name],
    });
    const last = split.findLast(({ perBatch }) => perBatch === 500).us.map((us) => `${(us / 1000).toFixed(2)} ms`);
    return {
      unit: 'instance',
      rows: [
        row('500 per batch', 'DBOS'),
        row('500 per batch', 'Restate'),
        row('20 per batch', '500 per batch', 'the same, about 500 per batch'),
      ],
      notes: [
        'Target of the design: ≥ 15 times less CPU than DBOS, ≥ 8 times less than Restate; small batches keep half the throughput.',
        `Of our CPU in the last round of large batches, the process used ${last[0]} and Postgres ${last[1] ?? 'unknown'} per instance.`,
      ],
    };
  } finally {
    for (const engine of [dbos, restate]) engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
