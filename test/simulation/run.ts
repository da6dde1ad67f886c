import { simulateChain } from './chain/simulate-chain.js';
import { simulateDelivery } from './delivery/simulate-delivery.js';

/** Runs seeds of one simulator in this process: `run.ts <delivery|chain> [--from N] [--seeds N] [--stop-after-ms N]`. The last line is JSON. */
const simulators: Readonly<Record<string, (seed: number) => void>> = {
  delivery: simulateDelivery,
  chain: simulateChain,
};

const [name = '', ...rest] = process.argv.slice(2);
const option = (called: string, otherwise: number): number => {
  const at = rest.indexOf(`--${called}`);
  return at < 0 ? otherwise : Number(rest[at + 1]);
};
const simulate = simulators[name];
if (!simulate) throw new Error(`no simulator ${name}: ${Object.keys(simulators).join(', ')}`);
const from = option('from', 1);
const seeds = option('seeds', 1);
const stopAfterMs = option('stop-after-ms', Infinity);
const started = performance.now();
let done = 0;
let broke: string | undefined;
for (; done < seeds && performance.now() - started < stopAfterMs; done++) {
  try {
    simulate(from + done);
  } catch (thrown) {
    broke = thrown instanceof Error ? thrown.message : String(thrown);
    if (process.env['KP_SIMULATION_MUTANT'] === undefined) console.error(thrown);
    break;
  }
}
const ms = Math.round(performance.now() - started);
console.log(
  JSON.stringify({
    simulator: name,
    from,
    seeds: done,
    ms,
    ...(broke === undefined ? {} : { failed: { seed: from + done, broke } }),
  }),
);
process.exitCode = broke === undefined ? 0 : 1;
