import { deliveryMutants } from './delivery/delivery-mutants.js';
import { chainMutants } from './chain/chain-mutants.js';
import type { Mutant } from './mutant.js';

/** Every seeded fault there is. */
export const mutants: readonly Mutant[] = [...deliveryMutants, ...chainMutants];
