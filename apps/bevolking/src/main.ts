import { bootstrap } from '@kruispunt/nest';
import { compose } from './app.module.js';
import { config } from './config.js';

await bootstrap(compose, { name: 'bevolking', config, env: process.env, port: (settings) => settings.port });
