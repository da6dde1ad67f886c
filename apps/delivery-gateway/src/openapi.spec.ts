import { openApiFile } from '@kruispunt/testkit';
import { openApi } from './openapi.js';

openApiFile('delivery-gateway', 'apps/delivery-gateway/src/openapi.ts', openApi);
