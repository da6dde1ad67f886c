export { chains, type ChainSettings } from './chains.js';
export { verhuis, type VerhuisSettings } from './verhuis/verhuis.js';
export type { Verhuizing } from './verhuis/verhuizing.js';
