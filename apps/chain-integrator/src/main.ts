import { MovableClock } from '@kruispunt/clock';
import { bootstrap } from '@kruispunt/nest';
import { compose } from './compose.js';
import { config } from './config.js';

const clock = new MovableClock();
await bootstrap(compose(clock), {
  name: 'chain-integrator',
  config,
  env: process.env,
  clock,
  port: ({ port }) => port,
});
