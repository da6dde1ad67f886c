// The chain integrator as it is shipped, carrying one chain of the bench instead of the chains of the law. Never built, never shipped.
import { bootstrap } from '@kruispunt/nest';
import { MovableClock } from '@kruispunt/clock';
import { compose } from '../../apps/chain-integrator/dist/compose.js';
import { config } from '../../apps/chain-integrator/dist/config.js';
import { fiveSteps } from './five-steps.mjs';

const clock = new MovableClock();
await bootstrap(compose(clock, { chains: () => [fiveSteps], plans: () => [] }), {
  name: 'chain-integrator',
  config,
  env: process.env,
  clock,
  port: ({ port }) => port,
});
