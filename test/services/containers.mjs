// The same services from images, where a Docker engine answers: the tests then need neither Java nor the embedded Postgres.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether a Docker engine (not only its client) answers. `KRUISPUNT_DOCKER=0` says no without asking. */
export async function dockerAnswers(env = process.env) {
  if (env.KRUISPUNT_DOCKER === '0') return false;
  try {
    await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
}

/** Kafka, Postgres and the registry as containers; undefined where no engine answers. */
export async function startContainers() {
  if (!(await dockerAnswers())) return undefined;
  const { GenericContainer, Wait } = await import('testcontainers');
  const { KafkaContainer } = await import('@testcontainers/kafka');
  const [kafka, postgres, registry] = await Promise.all([
    new KafkaContainer('confluentinc/cp-kafka:8.1.0').start(),
    new GenericContainer('postgres:18.4')
      .withEnvironment({ POSTGRES_USER: 'kruispunt', POSTGRES_PASSWORD: 'kruispunt', POSTGRES_DB: 'kruispunt' })
      .withExposedPorts(5432)
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
      .start(),
    new GenericContainer('apicurio/apicurio-registry-mem:2.6.13.Final')
      .withExposedPorts(8080)
      .withWaitStrategy(Wait.forHttp('/apis/ccompat/v7/subjects', 8080))
      .start(),
  ]);
  return {
    env: {
      KAFKA_BROKERS: `${kafka.getHost()}:${kafka.getMappedPort(9093)}`,
      DATABASE_URL: `postgres://kruispunt:kruispunt@${postgres.getHost()}:${postgres.getMappedPort(5432)}/kruispunt`,
      SCHEMA_REGISTRY_URL: `http://${registry.getHost()}:${registry.getMappedPort(8080)}/apis/ccompat/v7`,
    },
    stop: () => Promise.all([kafka.stop(), postgres.stop(), registry.stop()]),
  };
}
