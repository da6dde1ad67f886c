import type { ChainDefinition, MigrationPlan } from '@kruispunt/chain-engine';
import { adresPropagatie } from './adres-propagatie/adres-propagatie.js';
import { geboorte } from './geboorte/geboorte.js';
import { geboorte as geboorteV1 } from './geboorte/v1.js';
import { gemeentefusie } from './gemeentefusie/gemeentefusie.js';
import { huwelijk } from './huwelijk/huwelijk.js';
import { huwelijk as huwelijkV1 } from './huwelijk/v1.js';
import { omgevingsvergunning } from './omgevingsvergunning/omgevingsvergunning.js';
import { overlijden } from './overlijden/overlijden.js';
import { overlijden as overlijdenV1 } from './overlijden/v1.js';
import { verhuis, type VerhuisSettings } from './verhuis/verhuis.js';

export type ChainSettings = VerhuisSettings;

/**
 * Every chain this build can run, each version that still has running instances included; the newest version of a chain stands
 * first. An instance goes on under the version it began with.
 */
export const chains = (settings: ChainSettings): readonly ChainDefinition[] => [
  verhuis(settings),
  omgevingsvergunning(),
  geboorte(settings),
  geboorteV1(settings),
  huwelijk(settings),
  huwelijkV1(settings),
  overlijden(settings),
  overlijdenV1(settings),
  gemeentefusie(),
  adresPropagatie(),
];

/** The plans by which running instances go from one version to the next; none while every chain has one version. */
export const plans = (_settings: ChainSettings): readonly MigrationPlan[] => [];
