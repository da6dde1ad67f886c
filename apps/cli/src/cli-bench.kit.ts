import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { problem, toProblemJson, type Slug } from '@kruispunt/problem';
import { standInServer, type Asked, type StandInServer } from '@kruispunt/testkit';

const bin = fileURLToPath(new URL('../bin/kruispunt.mjs', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has said so far. */
  readonly out: () => string;
  readonly err: () => string;
}

/** The built command line against one stand-in for all gateways, for the specs of one file; clean before each. */
export interface CliBench {
  readonly gateway: StandInServer;
  readonly folder: string;
  /** Runs it to its end. */
  kruispunt(...words: string[]): Promise<Ended>;
  start(words: readonly string[], env?: Readonly<Record<string, string>>): Started;
  /** What it asked the gateways, without the tokens. */
  requests(): readonly Asked[];
}

/** Declares the set-up; what it answers may be used from the first test on. */
export function cliBench(): CliBench {
  let gateway: StandInServer;
  let folder: string;

  beforeAll(async () => {
    if (!existsSync(fileURLToPath(new URL('../bundle/main.mjs', import.meta.url))))
      throw new Error('build the cli first: npx nx run cli:build');
    gateway = await standInServer();
    const { url } = gateway;
    folder = await mkdtemp(join(tmpdir(), 'kruispunt-cli-'));
    const client = (id: string) => ({ clientId: id, clientSecret: 's' });
    const clients = { operator: client('operator'), collega: client('collega') };
    const context = { publishGateway: url, deliveryGateway: url, chainIntegrator: url, issuer: { url }, clients };
    await writeFile(join(folder, 'context.json'), JSON.stringify(context));
  });
  afterAll(async () => {
    await gateway.close();
    await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    gateway.asked.length = 0;
    gateway.routes = {
      'POST /token': ({ body }) => ({ access_token: `token-of-${/client_id=(\w+)/.exec(String(body))?.[1]}` }),
    };
  });

  const start: CliBench['start'] = (words, env = {}) => {
    const child = spawn(process.execPath, [bin, ...words], {
      env: {
        PATH: process.env['PATH'],
        KP_CONTEXT_FILE: join(folder, 'context.json'),
        LANG: 'nl_BE.UTF-8',
        ...env,
      },
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
    return { child, ended, out: () => out, err: () => err };
  };
  return {
    get gateway() {
      return gateway;
    },
    get folder() {
      return folder;
    },
    start,
    kruispunt: (...words) => start(words).ended,
    requests: () => gateway.asked.filter((one) => one.url !== '/token'),
  };
}

/** What a gateway answers when it refuses. */
export const refusal = (slug: Slug, fields = {}) => toProblemJson(problem(slug, fields));
