export { freshDatabase } from './fresh-database.js';
export { freshName, serviceUrl } from './service-url.js';
