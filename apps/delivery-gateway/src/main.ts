import { bootstrap } from '@kruispunt/nest';
import { compose } from './compose.js';
import { config } from './config.js';

await bootstrap(compose, { name: 'delivery-gateway', config, env: process.env, port: ({ port }) => port });
