// What a machine must have before anything of ours can be installed; each absence is named with what to do.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A missing prerequisite: shown as it is, without a stack. */
export class Missing extends Error {}

async function versionOf(command, args, pattern) {
  try {
    const { stdout, stderr } = await run(command, args);
    return Number(pattern.exec(stdout + stderr)?.[1] ?? Number.NaN);
  } catch {
    return undefined;
  }
}

/** Node ≥ 20 always; Java ≥ 17 and Maven only when an embedded broker or registry must be fetched or run. */
export async function checkPrerequisites({ java = true, maven = true } = {}) {
  const wrong = [];
  if (Number(process.versions.node.split('.')[0]) < 20)
    wrong.push(`Node ${process.versions.node} is too old: install Node 20 or later`);
  if (!['linux-x64', 'linux-arm64'].includes(`${process.platform}-${process.arch}`))
    wrong.push(
      `${process.platform}-${process.arch} has no embedded Postgres and Node here: use Linux (x64 or arm64), or docker/compose.yaml`,
    );
  if (java) {
    const version = await versionOf('java', ['-version'], /version "(?:1\.)?(\d+)/);
    if (version === undefined)
      wrong.push(
        'java is not found: install a Java 17 (or later) runtime, or set KAFKA_BROKERS and SCHEMA_REGISTRY_URL to services of your own',
      );
    else if (version < 17) wrong.push(`java ${version} is too old: install Java 17 or later`);
  }
  if (maven && (await versionOf('mvn', ['-v'], /Apache Maven (\d+)/)) === undefined)
    wrong.push('mvn is not found: install Maven 3.6 or later (it fetches the embedded Kafka and registry)');
  if (wrong.length > 0) throw new Missing(`This machine is not ready:\n${wrong.map((w) => `  - ${w}`).join('\n')}`);
}
