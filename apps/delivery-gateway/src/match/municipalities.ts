import { gemeenten } from '@kruispunt/contracts';
import { municipalitiesFrom } from '@kruispunt/policy';

/** The merger table, once: filters, protocols and views read the same one. */
export const municipalities = municipalitiesFrom(gemeenten);
