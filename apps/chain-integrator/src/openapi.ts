import { openApiDocument, type DocumentedRoute } from '@kruispunt/nest';
import { lookRoutes } from './openapi-looks.js';
import { migrationRoutes, orderRoutes } from './openapi-orders.js';
import { schemas } from './openapi-schemas.js';

/** Every route of the chain integrator but the probes; a spec holds it against the router. */
export const routes: readonly DocumentedRoute[] = [...lookRoutes, ...orderRoutes, ...migrationRoutes];

export const openApi = openApiDocument({
  title: 'Kruispunt: chain integrator',
  version: '0.1.0',
  doc: 'What runs, where it stands and why; and what operators may do about it: previewed, reasoned, audited, and by two people where the chain says so.',
  routes,
  schemas,
});
