import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  portBaseDefault,
  portsFrom,
  startSystem,
  workspaceRoot,
  type AppName,
  type Ports,
  type RunningSystem,
} from '@kruispunt/embedded';
import { clients, roles } from '../cast/organisations.js';
import { startFeedServer, type FeedServer } from '../feed/feed-server.js';
import type { FeedItem } from '../feed/feed-pages.js';
import { apiAt, type Api } from '../story/api.js';
import { keptSecret, nextDay } from './keepsakes.js';

const run = promisify(execFile);

/** The processes of the proving ground, the one that makes topics and tables first. */
export const stageApps: readonly AppName[] = [
  'publish-gateway',
  'delivery-gateway',
  'chain-integrator',
  'bevolking',
  'burgerlijkestand',
  'omgeving',
  'basisregisters',
];

/** The pages each source of the change feed has now; a scene adds to them. */
export type FeedPages = Map<string, readonly (readonly FeedItem[])[]>;

export interface CliAnswer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Everything a scene needs to play: the running system, its doors, its clients, the operator's tool. */
export interface Stage {
  readonly system: RunningSystem;
  readonly ports: Ports;
  readonly day: number;
  readonly contextFile: string;
  /** Pages by `<source>/<feed>`; sources are `day` and `data`. */
  readonly feedPages: FeedPages;
  token(client: string): Promise<string>;
  api(app: AppName, client: string): Api;
  /** The operator's tool as an operator types it. Never throws: the exit code says how it went. */
  cli(args: readonly string[], as?: string): Promise<CliAnswer>;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly folder: string;
  readonly fresh: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tell: (what: string) => void;
}

/** Opens the proving ground: feed, services, processes, the context file for the operator's tool. */
export async function openStage({ folder, fresh, env, tell }: StageOptions): Promise<Stage> {
  if (fresh) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const ports = portsFrom(Number(env['KP_PORT_BASE'] ?? portBaseDefault));
  const secret = await keptSecret(folder, 'client-secret');
  const rolesFile = join(folder, 'organisations.json');
  await writeFile(rolesFile, JSON.stringify(roles));
  const feedPages: FeedPages = new Map();
  const all = clients(secret);
  let feed: FeedServer | undefined;
  let system: RunningSystem | undefined;
  const close = async () => {
    await system?.stop();
    await feed?.stop();
  };
  try {
    system = await startSystem({
      folder,
      ports,
      apps: stageApps,
      clients: all,
      own: ownServices(env),
      tell,
      settings: {
        'publish-gateway': { KP_PUBLISH_ORGANISATIONS_FILE: rolesFile },
        'delivery-gateway': quickLadder,
        'chain-integrator': { KP_CHAIN_DATAREF_BASE: `http://127.0.0.1:${ports.bevolking}/v1/personen` },
        bevolking: { KP_BEVOLKING_PSEUDONYM_KEY: await keptSecret(folder, 'pseudonym-key') },
        basisregisters: {
          KP_BASISREGISTERS_FEED_URL: `dag=http://127.0.0.1:${ports.proeftuin}/day,data=http://127.0.0.1:${ports.proeftuin}/data`,
          KP_BASISREGISTERS_POLL_MS: '400',
        },
      },
    });
    feed = await startFeedServer(ports.proeftuin, (name) => feedPages.get(name) ?? []);
    const running = system;
    const tokens = tokenCache(running.issuer.url, secret);
    const contextFile = join(workspaceRoot(), '.kruispunt', 'context.json');
    await writeFile(contextFile, JSON.stringify(contextOf(running, secret), undefined, 2), { mode: 0o600 });
    return {
      system: running,
      ports,
      day: await nextDay(folder),
      contextFile,
      feedPages,
      token: tokens,
      api: (app, client) => apiAt(running.url(app), () => tokens(client)),
      cli: (args, as) => runCli({ ...env, KP_TOKEN: undefined, KP_CONTEXT_FILE: contextFile }, args, as),
      close,
    };
  } catch (fault) {
    await close();
    throw fault;
  }
}

/** Steps of milliseconds instead of half minutes: a day must fit in a minute. The shape of the ladder is the real one. */
const quickLadder = {
  KP_DELIVERY_LADDER_FIRST_MS: '300',
  KP_DELIVERY_LADDER_CAP_MS: '2000',
  KP_DELIVERY_LADDER_OVERLOAD_MS: '300',
};

const ownServices = (env: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    (['KAFKA_BROKERS', 'DATABASE_URL', 'SCHEMA_REGISTRY_URL'] as const).flatMap((name) =>
      env[name] ? [[name, env[name]]] : [],
    ),
  );

function contextOf(system: RunningSystem, secret: string): object {
  return {
    name: 'proeftuin',
    publishGateway: system.url('publish-gateway'),
    deliveryGateway: system.url('delivery-gateway'),
    chainIntegrator: system.url('chain-integrator'),
    bevolking: system.url('bevolking'),
    registry: system.services.env.SCHEMA_REGISTRY_URL,
    issuer: { url: system.issuer.url },
    clients: Object.fromEntries(
      clients(secret).map((c) => [c.clientId, { clientId: c.clientId, clientSecret: c.clientSecret }]),
    ),
  };
}

/** Tokens by client, fetched as a system fetches them (client credentials), kept for half their life. */
function tokenCache(issuer: string, secret: string): (client: string) => Promise<string> {
  const kept = new Map<string, { readonly token: Promise<string>; readonly until: number }>();
  return (client) => {
    const known = kept.get(client);
    if (known && known.until > Date.now()) return known.token;
    const token = fetchToken(issuer, client, secret);
    kept.set(client, { token, until: Date.now() + 1_800_000 });
    token.catch(() => kept.delete(client));
    return token;
  };
}

async function fetchToken(issuer: string, client: string, secret: string): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: client, client_secret: secret });
  const response = await fetch(`${issuer}/token`, { method: 'POST', body });
  if (!response.ok) throw new Error(`no token for ${client}: ${response.status}`);
  return ((await response.json()) as { access_token: string }).access_token;
}

async function runCli(
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
  as?: string,
): Promise<CliAnswer> {
  const bin = join(workspaceRoot(), 'apps', 'cli', 'bin', 'kruispunt.mjs');
  const words = [bin, ...(as === undefined ? [] : ['--as', as]), ...args];
  try {
    const { stdout, stderr } = await run(process.execPath, words, { env, maxBuffer: 1 << 24 });
    return { code: 0, out: stdout, err: stderr };
  } catch (fault) {
    const { code, stdout, stderr } = fault as { code?: number | string; stdout?: string; stderr?: string };
    return { code: typeof code === 'number' ? code : 1, out: stdout ?? '', err: stderr ?? String(fault) };
  }
}
