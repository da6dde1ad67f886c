import { openApiFile } from '@kruispunt/testkit';
import { openApi } from './openapi.js';

openApiFile('publish-gateway', 'apps/publish-gateway/src/openapi.ts', openApi);
