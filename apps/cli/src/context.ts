import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CliFailure, exits } from './failure.js';

/** Which system this is, and who asks. Written by `npm start` into `.kruispunt/context.json`, or by hand. */
export interface Context {
  readonly name?: string;
  readonly publishGateway?: string;
  readonly deliveryGateway?: string;
  readonly chainIntegrator?: string;
  readonly bevolking?: string;
  readonly registry?: string;
  readonly issuer?: { readonly url: string };
  readonly token?: string;
  /** Clients of the proving ground, by the name `--as` gives. */
  readonly clients?: Readonly<Record<string, { readonly clientId: string; readonly clientSecret: string }>>;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The file of `--context` or KP_CONTEXT_FILE, else the nearest `.kruispunt/context.json` upwards. An empty one when there is none. */
export function readContext(wish: string | undefined, env: Env, folder: string): Context {
  const named = wish ?? env['KP_CONTEXT_FILE'];
  if (named !== undefined) return parse(named, contentOf(named) ?? missing(named));
  for (let here = folder; ; here = dirname(here)) {
    const file = join(here, '.kruispunt', 'context.json');
    const content = contentOf(file);
    if (content !== undefined) return parse(file, content);
    if (dirname(here) === here) return {};
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function missing(file: string): never {
  throw new CliFailure(exits.usage, {
    nl: `de context ${file} is niet te lezen`,
    en: `the context ${file} cannot be read`,
  });
}

function parse(file: string, content: string): Context {
  try {
    return JSON.parse(content) as Context;
  } catch {
    throw new CliFailure(exits.usage, { nl: `de context ${file} is geen JSON`, en: `the context ${file} is not JSON` });
  }
}

/** The token of KP_TOKEN, of the context, or fresh from the proving ground's issuer for the client that `as` names. */
export async function tokenOf(context: Context, env: Env, as: string | undefined): Promise<string | undefined> {
  if (as === undefined && env['KP_TOKEN']) return env['KP_TOKEN'];
  if (as === undefined && context.token !== undefined) return context.token;
  const client = context.clients?.[as ?? 'operator'];
  if (client === undefined || context.issuer === undefined) {
    if (as === undefined) return undefined;
    throw new CliFailure(
      exits.usage,
      { nl: `de context kent geen "${as}"`, en: `the context knows no "${as}"` },
      {
        nl: `kies uit: ${Object.keys(context.clients ?? {}).join(', ') || 'niemand'}`,
        en: `choose from: ${Object.keys(context.clients ?? {}).join(', ') || 'nobody'}`,
      },
    );
  }
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: client.clientSecret,
  });
  const url = `${context.issuer.url.replace(/\/+$/, '')}/token`;
  const answer = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  if (answer === undefined) {
    throw new CliFailure(
      exits.unreachable,
      { nl: `de uitgever van tokens antwoordt niet (${url})`, en: `the token issuer does not answer (${url})` },
      {
        nl: 'start het systeem met "npm start", of geef KP_TOKEN',
        en: 'start the system with "npm start", or give KP_TOKEN',
      },
    );
  }
  const { access_token: token } = (await answer.json()) as { access_token?: string };
  if (token === undefined)
    throw new CliFailure(exits.denied, { nl: 'de uitgever gaf geen token', en: 'the issuer gave no token' });
  return token;
}
