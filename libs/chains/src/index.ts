export { chains, plans, type ChainSettings } from './chains.js';
export { geboorte, type Geboorte } from './geboorte/geboorte.js';
export { huwelijk } from './huwelijk/huwelijk.js';
export type { Huwelijk } from './huwelijk/venster.js';
export { omgevingsvergunning } from './omgevingsvergunning/omgevingsvergunning.js';
export type { Vergunning } from './omgevingsvergunning/vergunning.js';
export { overlijden, type Overlijden } from './overlijden/overlijden.js';
export { verhuis, type VerhuisSettings } from './verhuis/verhuis.js';
export type { Verhuizing } from './verhuis/verhuizing.js';
