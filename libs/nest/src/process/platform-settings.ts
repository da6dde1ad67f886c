import { choice, defineConfig, flag, list, text } from '@kruispunt/config';

/**
 * The settings every process of Kruispunt has. An app adds its own with `defineConfig` in its `config.ts`; a `KP_` variable that
 * neither knows fails the start.
 */
export const platformSettings = defineConfig({
  kafkaBrokers: list({
    env: 'KAFKA_BROKERS',
    doc: 'Where to ask for the Kafka cluster: host:port, several with commas.',
  }),
  databaseUrl: text({ env: 'DATABASE_URL', secret: true, doc: 'The Postgres connection string.' }),
  schemaRegistryUrl: text({ env: 'SCHEMA_REGISTRY_URL', doc: 'The schema registry (Confluent API), with its path.' }),
  issuerUrl: text({ env: 'KP_ISSUER_URL', doc: 'The issuer of access tokens, exactly as in their "iss".' }),
  issuerJwksUrl: text({ env: 'KP_ISSUER_JWKS_URL', doc: 'Where the issuer publishes its public keys.' }),
  mode: choice(['production', 'proeftuin'], {
    env: 'KP_MODE',
    default: 'production',
    doc: 'proeftuin: test persons only, and the clock can be moved.',
  }),
  host: text({ env: 'KP_HOST', default: '127.0.0.1', doc: 'The address the HTTP port is bound to.' }),
  logLevel: choice(['error', 'warn', 'info', 'debug', 'silent'], {
    env: 'KP_LOG_LEVEL',
    default: 'info',
    doc: 'The least urgent level that is written.',
  }),
  signingKeyFile: text({
    env: 'KP_SIGNING_KEY_FILE',
    default: '',
    doc: 'The file with the private Ed25519 key (JWK) that signs receipts and webhooks.',
  }),
  supervised: flag({
    env: 'KP_SUPERVISED',
    default: false,
    doc: '1: standard input is a pipe from the supervisor, and its end is the order to stop.',
  }),
});
