import { Unanswered } from './problem-answer.js';

export interface ClientCredentials {
  /** The token endpoint of the issuer. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
}

const marginMs = 30_000;

/** Tokens by the OAuth2 client credentials grant, kept until half a minute before they expire. Give it as `token` of a connection. */
export function clientToken({ tokenUrl, clientId, clientSecret, scopes }: ClientCredentials): () => Promise<string> {
  let kept: { readonly token: Promise<string>; until: number } | undefined;
  const fresh = async (keep: { until: number }): Promise<string> => {
    const form = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: scopes.join(' '),
    };
    const response = await fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(form), redirect: 'error' });
    const answer = (await response.json().catch(() => ({}))) as { access_token?: string; expires_in?: number };
    if (!response.ok || answer.access_token === undefined)
      throw new Unanswered(`the issuer answered ${response.status}`, undefined);
    keep.until = Date.now() + (answer.expires_in ?? 0) * 1_000 - marginMs;
    return answer.access_token;
  };
  return async () => {
    if (kept !== undefined && kept.until > Date.now()) return kept.token;
    const keep = { until: Number.POSITIVE_INFINITY } as { token: Promise<string>; until: number };
    keep.token = fresh(keep);
    kept = keep;
    try {
      return await keep.token;
    } catch (thrown) {
      if (kept === keep) kept = undefined;
      throw thrown;
    }
  };
}
