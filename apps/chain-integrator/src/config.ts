import { count, defineConfig, milliseconds, port, text } from '@kruispunt/config';

/** The settings of the chain integrator, beside those of the platform. */
export const config = defineConfig({
  port: port({ env: 'KP_CHAIN_INTEGRATOR_PORT', default: 17_412, doc: 'The port operators talk to.' }),
  datarefBase: text({
    env: 'KP_CHAIN_DATAREF_BASE',
    default: '/v1/personen',
    doc: 'Where the dataref of a person begins, in what the chains publish.',
  }),
  groupPrefix: text({
    env: 'KP_CHAIN_GROUP',
    default: 'kruispunt.chain',
    doc: 'Begins the names of the two Kafka groups; one per database.',
  }),
  tickMs: milliseconds({ env: 'KP_CHAIN_TICK_MS', default: 250, doc: 'How often it is looked whether a term is due.' }),
  graceMs: milliseconds({
    env: 'KP_CHAIN_GRACE_MS',
    default: 1_000,
    doc: 'How long after its moment a term waits for what was accepted in time and is still on its way to the log.',
  }),
  sweepMs: milliseconds({
    env: 'KP_CHAIN_SWEEP_MS',
    default: 60_000,
    doc: 'How often early events are offered again: the belt beside the braces.',
  }),
  fourEyes: text({
    env: 'KP_CHAIN_FOUR_EYES',
    default:
      'omgevingsvergunning=resolve,edit,move-token,add-token,cancel-branch,restart,compensate,waive-term,re-anchor-term;overlijden=resolve,edit,move-token,restart,compensate',
    doc: 'For which operator verbs a chain wants a second person: `chain=verb,verb;*=verb`.',
  }),
  parkedDaysMax: count({
    env: 'KP_CHAIN_PARKED_DAYS',
    default: 7,
    doc: 'After how many days an event that no chain claims is shown to a person.',
  }),
});
