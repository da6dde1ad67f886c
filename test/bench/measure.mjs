// What every bench needs: CPU of whole process trees, sides in turns, medians, percentiles, floods and paced load.
import { readdirSync, readFileSync } from 'node:fs';

const microsPerTick = 10_000; // USER_HZ is 100 on Linux.

/** utime, stime and the same of children that have ended, in clock ticks; 0 for a process that is gone. */
function ticksOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  } catch {
    return 0;
  }
}

function childrenOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** CPU that these processes and all their descendants have used so far, in µs; steps of 10 ms. */
export const cpuOf = (pids) =>
  pids.reduce((sum, pid) => sum + ticksOf(pid) * microsPerTick + cpuOf(childrenOf(pid)), 0);

/** Waits, at most 30 s, until these processes do next to nothing: work they owe for what they took belongs to its price. */
export async function untilIdle(pids) {
  for (let i = 0; i < 100; i += 1) {
    const before = cpuOf(pids);
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (cpuOf(pids) - before <= 20_000) return;
  }
}

/**
 * Measures `work`, which answers how many events it did: wall seconds, and CPU of this process (`self`) and of the trees of `pids`.
 * CPU of what `after` waits for counts; its time does not.
 */
export async function measured(work, { pids = [], self = true, after = () => {} } = {}) {
  const [own, others, started] = [process.cpuUsage(), cpuOf(pids), performance.now()];
  const events = await work();
  const seconds = (performance.now() - started) / 1000;
  await after();
  const used = process.cpuUsage(own);
  return { events, seconds, cpuUs: (self ? used.user + used.system : 0) + cpuOf(pids) - others };
}

export const percentile = (values, p) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))];
};
export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** p50, p95 and p99 of a list of milliseconds. */
export const spread = (ms) => ({
  p50: percentile(ms, 50),
  p95: percentile(ms, 95),
  p99: percentile(ms, 99),
  count: ms.length,
});

const summary = (runs) => ({
  rate: median(runs.map((r) => r.events / r.seconds)),
  cpuUs: median(runs.map((r) => r.cpuUs / r.events)),
});

/**
 * All sides in turns, beginning with another one each round, so that a slow minute of the machine hits all. A side is a function that
 * answers what `measured` answers. `warm` rounds come first and are thrown away. Answers median rate and CPU per event, by side.
 */
export async function inTurns(sides, { rounds, warm = 1, tell = () => {} }) {
  const names = Object.keys(sides);
  const runs = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < warm + rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length];
      tell(`${round < warm ? 'warm-up' : `round ${round - warm + 1} of ${rounds}`}: ${name}`);
      const run = await sides[name]();
      if (round >= warm) runs[name].push(run);
    }
  }
  return Object.fromEntries(names.map((name) => [name, summary(runs[name])]));
}

/** Calls `once(i)` `total` times with `inFlight` calls under way. */
export async function flood(total, inFlight, once) {
  let next = 0;
  const lane = async () => {
    while (next < total) await once(next++);
  };
  await Promise.all(Array.from({ length: Math.min(total, inFlight) }, lane));
}

/** Calls `once(i)` at an even rate whatever the answers do (open loop), and waits for all of them. */
export async function paced(perSecond, seconds, once) {
  const total = Math.round(perSecond * seconds);
  const started = performance.now();
  const under = [];
  while (under.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * perSecond) + 1);
    while (under.length < due) under.push(once(under.length, started + (under.length / perSecond) * 1000));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(under);
}

/** Waits until `condition` answers true; throws after `withinS`. */
export async function until(what, condition, withinS = 120) {
  const end = performance.now() + withinS * 1000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${withinS} s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
