import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { commandOf, hunt, type Hunt } from '../simulation/hunt.js';
import { mutants } from '../simulation/mutants.js';
import { foundBy, mutantTable, writePart, type Found } from '../simulation/proof-page.js';

// npm run nightly -- [--only delivery,chain,mutants,chaos] [--from N] [--delivery-seeds N] [--chain-seeds N] [--instances N] [--workers N] [--write]
// Simulators from a fresh seed, every seeded fault, and the long chaos loops. A run that was stopped goes on with --from.

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'delivery,chain,mutants,chaos' },
    from: { type: 'string' },
    'delivery-seeds': { type: 'string', default: '100000' },
    'chain-seeds': { type: 'string', default: '1000000' },
    instances: { type: 'string', default: '32000' },
    workers: { type: 'string', default: String(availableParallelism()) },
    write: { type: 'boolean', default: false },
  },
});
const only = values.only.split(',');
const workers = Number(values.workers);
/** Below 2^31, so that a seed keeps its bits; printed, so that the night can be had again. */
const from = values.from === undefined ? 1 + (Date.now() % 1_900_000_000) : Number(values.from);
/** Seeds a process runs before the next one starts: enough for its code to get warm. */
const chunk = 2_000;
const started = performance.now();
const seconds = () => (performance.now() - started) / 1_000;
const summary: string[] = [];
let failures = 0;

const tell = (line: string) => process.stderr.write(`[${seconds().toFixed(0).padStart(6)} s] ${line}\n`);

/** Runs seeds in as many processes as there are workers; stops at the first that breaks a promise. */
async function simulate(simulator: string, seeds: number): Promise<void> {
  let next = from;
  let done = 0;
  let broken: Hunt['failed'];
  const begun = performance.now();
  let toldAt = begun;
  const worker = async () => {
    while (next < from + seeds && !broken) {
      const mine = { from: next, seeds: Math.min(chunk, from + seeds - next) };
      next += mine.seeds;
      const ran = await hunt(simulator, mine);
      done += ran.seeds;
      broken ??= ran.failed;
      if (performance.now() - toldAt < 10_000) continue;
      toldAt = performance.now();
      const perSecond = done / ((toldAt - begun) / 1_000);
      const left = Math.round((seeds - done) / perSecond / 60);
      tell(
        `${simulator}: ${done} of ${seeds} seeds, ${perSecond.toFixed(0)}/s, ${left} min to go; go on with --from ${from + done}`,
      );
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  if (broken) {
    failures += 1;
    tell(`${simulator}: seed ${broken.seed}: ${broken.broke}`);
    tell(`again: node ${commandOf(simulator, { from: broken.seed, seeds: 1 }).join(' ')}`);
  }
  summary.push(broken ? `${simulator} broke at seed ${broken.seed}` : `${done} ${simulator} seeds clean from ${from}`);
}

/** Hunts every seeded fault from seed 1, a minute each at most. */
async function hunted(): Promise<void> {
  const found = new Map<string, Found>();
  const left = mutants.values();
  const worker = async () => {
    for (const mutant of left) {
      const result = foundBy(
        mutant,
        await hunt(mutant.simulator, { from: 1, seeds: 10_000_000, stopAfterMs: 60_000 }, mutant),
      );
      found.set(mutant.name, result);
      tell(
        `${mutant.simulator}: ${mutant.name}: ${result.seeds === undefined ? 'NOT FOUND' : `${result.seeds} seeds`}`,
      );
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  const all = mutants.flatMap(({ name }) => found.get(name) ?? []);
  const missed = all.filter(({ seeds }) => seeds === undefined).length;
  failures += missed;
  summary.push(`${all.length - missed} of ${mutants.length} seeded faults found`);
  if (values.write) await writePart('mutants', mutantTable(all));
}

/** The real processes on the real Kafka and Postgres, killed and stopped all night. */
async function chaos(): Promise<void> {
  const long = { KP_CHAOS_INSTANCES: values.instances, KP_CHAOS_KILLS: '60', KP_CHAOS_EVENTS: '20000' };
  const specs = ['test/chaos', 'apps/delivery-gateway/src/kill.broker.spec.ts', 'test/e2e/keten-overleeft-kill.e2e.ts'];
  for (const spec of specs) {
    tell(`chaos: ${spec}`);
    const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
    const jest = spawn(process.execPath, [...flags, 'node_modules/jest/bin/jest.js', '--maxWorkers=1', spec], {
      env: { ...process.env, NODE_OPTIONS: '', ...long },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const code = await new Promise<number | null>((resolve) => jest.once('close', resolve));
    if (code !== 0) failures += 1;
    summary.push(`${spec} ${code === 0 ? 'holds' : 'FAILED'}`);
  }
}

tell(`from seed ${from}, ${workers} workers`);
for (const simulator of ['delivery', 'chain'] as const)
  if (only.includes(simulator)) await simulate(simulator, Number(values[`${simulator}-seeds`]));
if (only.includes('mutants')) await hunted();
if (only.includes('chaos')) await chaos();
console.log(`nightly: ${summary.join('; ')}; ${failures} failed (${Math.round(seconds() / 60)} min)`);
process.exitCode = failures === 0 ? 0 : 1;
