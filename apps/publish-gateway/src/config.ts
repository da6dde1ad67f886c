import { count, defineConfig, port, text } from '@kruispunt/config';

/** The settings of the publish gateway, beside those of the platform. */
export const config = defineConfig({
  port: port({ env: 'KP_PUBLISH_GATEWAY_PORT', default: 17_410, doc: 'The port publishers talk to.' }),
  organisationsFile: text({
    env: 'KP_PUBLISH_ORGANISATIONS_FILE',
    default: '',
    doc: 'JSON: what an organisation is, when its token cannot tell: [{"organisation", "roles", "sources"}].',
  }),
  indexGroup: text({
    env: 'KP_PUBLISH_INDEX_GROUP',
    default: 'kruispunt.event-index',
    doc: 'The Kafka group that fills the event index; one per database.',
  }),
  indexDaysKept: count({ env: 'KP_PUBLISH_INDEX_DAYS', default: 400, doc: 'How many days the event index remembers.' }),
});
