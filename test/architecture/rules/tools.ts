import type { Rule, Violation } from '../workspace.js';
import type { Source } from '../source.js';

/** Which folder alone may import an npm package: the rim knows Nest, and each technology has one adapter. */
const homes: readonly { readonly tool: RegExp; readonly home: RegExp; readonly says: string }[] = [
  {
    tool: /^(@nestjs\/|fastify$|@fastify\/|rxjs$|reflect-metadata$)/,
    home: /^libs\/nest\/|\/main\.ts$|\.(controller|handler|module|command)\.ts$|^apps\/.*\.(spec|kit)\.ts$|^test\//,
    says: 'Nest belongs in libs/nest, main.ts and files with a Nest suffix',
  },
  { tool: /^pg$/, home: /^libs\/postgres\/|^test\//, says: 'pg belongs in libs/postgres' },
  {
    tool: /^(kafkajs|@platformatic\/kafka)$/,
    home: /^libs\/kafka\/|^test\//,
    says: 'Kafka clients belong in libs/kafka',
  },
  { tool: /^undici$/, home: /^libs\/webhook\/|^test\//, says: 'undici belongs in libs/webhook' },
  {
    tool: /^(pino|prom-client|@opentelemetry\/.*)$/,
    home: /^libs\/telemetry\/|^test\//,
    says: 'pino, prom-client and OpenTelemetry belong in libs/telemetry',
  },
  {
    tool: /^@kafkajs\/confluent-schema-registry$/,
    home: /^libs\/registry\/|^test\//,
    says: 'the registry client belongs in libs/registry',
  },
  { tool: /^avsc$/, home: /^libs\/(contracts|registry)\/|^test\//, says: 'avsc belongs in libs/contracts' },
  { tool: /^commander$/, home: /^apps\/cli\//, says: 'commander belongs in apps/cli' },
];

function* inFile({ path, imports }: Source): Generator<Violation> {
  for (const { specifier, line } of imports) {
    const wrong = homes.find(({ tool, home }) => tool.test(specifier) && !home.test(path));
    if (wrong) yield { path, line, says: wrong.says };
  }
}

/** Rule: a technology is known in one place. */
export const toolsRule: Rule = ({ sources }) => sources.flatMap((source) => [...inFile(source)]);
