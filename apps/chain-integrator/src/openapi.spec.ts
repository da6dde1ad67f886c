import { openApiFile } from '@kruispunt/testkit';
import { openApi } from './openapi.js';

openApiFile('chain-integrator', 'apps/chain-integrator/src/openapi.ts', openApi);
