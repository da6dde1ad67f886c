import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import { ev, type SchemaIds } from '@kruispunt/contracts';
import { startSystem, workspaceRoot, type AppName, type RunningSystem, type TokenClaims } from '@kruispunt/embedded';
import { openDatabase, type Database } from '@kruispunt/postgres';
import { ConfluentRegistry } from '@kruispunt/registry';
import { freshDatabase, freshName, serviceUrl } from '@kruispunt/testkit';
import { openLog, type LogSinceStart } from './log.js';
import { unbalancedBooks } from './unbalanced-books.js';

// Real processes on a busy machine: what hangs is caught, what is slow is not.
jest.setTimeout(240_000);

const run = promisify(execFile);

/** Who asks. All codes are invented; the municipality's NIS code is real, its system is not. */
export const municipality: TokenClaims = {
  organisation: 'OVO999101',
  nis: ['24062'],
  scopes: ['kruispunt.publish'],
  subject: 'gemeente',
};
export const operator: TokenClaims = {
  organisation: 'OVO999001',
  scopes: ['kruispunt.operate', 'kruispunt.admin'],
  subject: 'operator',
};
export const colleague: TokenClaims = {
  organisation: 'OVO999001',
  scopes: ['kruispunt.operate', 'kruispunt.approve'],
  subject: 'collega',
};

export type Json = Readonly<Record<string, unknown>>;
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}
export interface CliAnswer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What the tool printed with `-o json`; throws what it complained of when it did not end well. */
export function jsonOf({ code, out, err }: CliAnswer): Json & { readonly id: string } {
  if (code !== 0) throw new Error(`exit code ${code}: ${err}`);
  return JSON.parse(out) as Json & { readonly id: string };
}

/** A system of one e2e file: processes from the built packages, on a real broker, database and registry. */
export interface TestSystem {
  readonly system: RunningSystem;
  /** Keys, logs and what a test puts there; gone after `close`. */
  readonly folder: string;
  readonly database: Database;
  /** What came into the log since this system was opened. */
  readonly log: LogSinceStart;
  /** The registry's ids of the types that these files read or write in the log themselves; asked once. */
  schemaIds(): Promise<SchemaIds>;
  token(claims: TokenClaims): Promise<string>;
  /** One request, answered whatever the status is. */
  ask(app: AppName, claims: TokenClaims, route: `${string} /${string}`, body?: unknown): Promise<Answer>;
  /** The operator's tool as a person types it; never throws. */
  cli(claims: TokenClaims, ...args: readonly string[]): Promise<CliAnswer>;
  /** Closed by `close`, before the processes stop. */
  alsoClose(part: { close(): Promise<void> }): void;
  close(): Promise<void>;
}

export interface TestSystemOptions {
  readonly apps: readonly AppName[];
  /** A broker, database and registry of its own: for files that hurt them, or need an empty log. */
  readonly alone?: boolean;
  readonly settings?: Partial<Record<AppName, Readonly<Record<string, string>>>>;
}

/** Retries within a second instead of half a minute; the shape of the ladder is the real one. */
const quick = {
  KP_DELIVERY_LADDER_FIRST_MS: '100',
  KP_DELIVERY_LADDER_CAP_MS: '500',
  KP_DELIVERY_LADDER_OVERLOAD_MS: '100',
  KP_DELIVERY_REFRESH_MS: '100',
  KP_DELIVERY_TOPICS: `${ev.BeslissingBekendgemaaktV1.topic},${ev.AdreswijzigingAangegevenV1.topic}`,
};

/** Opens a system with only the apps it needs. What was opened is closed again when a part fails to start. */
export async function openTestSystem({ apps, alone = false, settings = {} }: TestSystemOptions): Promise<TestSystem> {
  const parent = join(workspaceRoot(), '.kruispunt');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'e2e-'));
  await chmod(folder, 0o755); // Postgres runs as another user when we are root.
  // KRUISPUNT_KEEP=1: the logs of the processes outlive the test, for who must look.
  const forget = () => (process.env['KRUISPUNT_KEEP'] === '1' ? Promise.resolve() : rm(folder, { recursive: true }));
  const closers: (() => Promise<unknown>)[] = [forget];
  let database: Database | undefined;
  const close = async () => {
    const unbalanced = database && (await unbalancedBooks(database).catch((fault: unknown) => fault));
    for (const closer of closers.toReversed()) await closer();
    if (unbalanced instanceof Error) throw unbalanced;
  };
  try {
    const fresh = alone ? undefined : await freshDatabase();
    if (fresh) closers.push(() => fresh.drop());
    const own = fresh && {
      KAFKA_BROKERS: serviceUrl('KAFKA_BROKERS'),
      DATABASE_URL: fresh.url,
      SCHEMA_REGISTRY_URL: serviceUrl('SCHEMA_REGISTRY_URL'),
    };
    const log = await openLog();
    closers.push(() => log.close());
    if (own) await log.open(own.KAFKA_BROKERS);
    const system = await startSystem({
      folder,
      apps,
      ...(own && { own }),
      settings: {
        ...settings,
        'publish-gateway': { KP_PUBLISH_INDEX_GROUP: freshName('index'), ...settings['publish-gateway'] },
        'delivery-gateway': { KP_DELIVERY_GROUP: freshName('delivery'), ...quick, ...settings['delivery-gateway'] },
        'chain-integrator': { KP_CHAIN_GROUP: freshName('chain'), ...settings['chain-integrator'] },
      },
    });
    closers.push(() => system.stop());
    if (!own) await log.open(system.env['KAFKA_BROKERS'] ?? '');
    const opened = openDatabase(system.env['DATABASE_URL'] ?? '', { sessionsMax: 2 });
    closers.push(() => opened.close());
    database = opened;
    return {
      ...doors(system, folder),
      system,
      folder,
      database: opened,
      log,
      alsoClose: (part) => void closers.push(() => part.close()),
      close,
    };
  } catch (fault) {
    await close();
    throw fault;
  }
}

function doors(system: RunningSystem, folder: string): Pick<TestSystem, 'token' | 'ask' | 'cli' | 'schemaIds'> {
  let schemaIds: Promise<SchemaIds> | undefined;
  const registry = () => ConfluentRegistry.connect(system.env['SCHEMA_REGISTRY_URL'] ?? '');
  const tokens = new Map<TokenClaims, Promise<string>>();
  const token = (claims: TokenClaims): Promise<string> => {
    const known = tokens.get(claims) ?? system.issuer.token(claims);
    tokens.set(claims, known);
    return known;
  };
  return {
    token,
    schemaIds: () => (schemaIds ??= registry().schemaIds([ev.AuditGeregistreerdV1, ev.WoonstcontroleUitgevoerdV1])),
    async ask(app, claims, route, body) {
      const [method = '', path = ''] = route.split(' ');
      const response = await fetch(`${system.url(app)}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${await token(claims)}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: JSON.parse(text || '{}') as Json };
    },
    async cli(claims, ...args) {
      const contextFile = join(folder, 'context.json');
      await writeFile(contextFile, JSON.stringify(contextOf(system)));
      const bin = join(workspaceRoot(), 'apps', 'cli', 'bin', 'kruispunt.mjs');
      const env = { PATH: process.env['PATH'], KP_CONTEXT_FILE: contextFile, KP_TOKEN: await token(claims) };
      try {
        const { stdout, stderr } = await run(process.execPath, [bin, ...args], { env, maxBuffer: 1 << 24 });
        return { code: 0, out: stdout, err: stderr };
      } catch (fault) {
        const { code, stdout, stderr } = fault as { code?: number; stdout?: string; stderr?: string };
        return { code: Number(code ?? -1), out: stdout ?? '', err: stderr ?? String(fault) };
      }
    },
  };
}

const contextOf = (system: RunningSystem) => ({
  name: 'e2e',
  publishGateway: system.url('publish-gateway'),
  deliveryGateway: system.url('delivery-gateway'),
  chainIntegrator: system.url('chain-integrator'),
  registry: system.env['SCHEMA_REGISTRY_URL'],
});
