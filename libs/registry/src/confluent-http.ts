import { problem } from '@kruispunt/problem';

export type Level = 'BACKWARD_TRANSITIVE' | 'FULL_TRANSITIVE';

/** One answer of the registry: its status and its JSON. */
interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the registry answered when it refused: `reason` is its own text. */
export interface Verdict {
  readonly compatible: boolean;
  readonly reason: string;
}

const answerTimeoutMs = 10_000;

/**
 * The calls of the Confluent API that the client library does not have: compatibility levels, a check against all versions,
 * the versions of a subject. Throws `registry-unavailable` when there is no answer or an unexpected one.
 */
export class ConfluentHttp {
  private readonly url: string;

  constructor(url: string) {
    this.url = url.replace(/\/+$/, '');
  }

  /** The level of a subject, or the global one without a subject; undefined when none was set. */
  async level(subject?: string): Promise<string | undefined> {
    const { status, body } = await this.call(
      'GET',
      subject === undefined ? '/config' : `/config/${encodeURIComponent(subject)}`,
    );
    return status === 404 ? undefined : String(body['compatibilityLevel']);
  }

  async setLevel(level: Level, subject?: string): Promise<void> {
    await this.call('PUT', subject === undefined ? '/config' : `/config/${encodeURIComponent(subject)}`, {
      compatibility: level,
    });
  }

  /** Whether `schema` may follow the versions the subject has, by the level set for it. A subject without versions takes any. */
  async check(subject: string, schema: unknown): Promise<Verdict> {
    const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions?verbose=true`;
    const { status, body } = await this.call('POST', path, { schema: JSON.stringify(schema) });
    if (status === 404) return { compatible: true, reason: '' };
    const why = body['messages'] ?? body['reason'] ?? '';
    return {
      compatible: body['is_compatible'] === true,
      reason: Array.isArray(why) ? why.join('; ') : typeof why === 'string' ? why : '',
    };
  }

  /** Ids and schemas of all versions of a subject; empty when it is unknown. */
  async versions(subject: string): Promise<readonly { readonly id: number; readonly schema: unknown }[]> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    const { status, body } = await this.call('GET', path);
    if (status === 404) return [];
    const found: { id: number; schema: unknown }[] = [];
    for (const version of body as unknown as readonly number[]) {
      const { body: registered } = await this.call('GET', `${path}/${version}`);
      found.push({ id: Number(registered['id']), schema: JSON.parse(String(registered['schema'])) as unknown });
    }
    return found;
  }

  /** The version of a subject when it has had one only; undefined when there are none or more. */
  async onlyVersion(subject: string): Promise<{ readonly id: number; readonly schema: unknown } | undefined> {
    const { status, body } = await this.call('GET', `/subjects/${encodeURIComponent(subject)}/versions/latest`);
    if (status === 404 || body['version'] !== 1) return undefined;
    return { id: Number(body['id']), schema: JSON.parse(String(body['schema'])) as unknown };
  }

  private async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.send(method, path, body);
    if (answer.status < 300 || answer.status === 404) return answer;
    throw problem('registry-unavailable', { reason: `${method} ${path} answered ${answer.status}`, url: this.url });
  }

  private async send(method: string, path: string, body: unknown): Promise<Answer> {
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: {
          'content-type': 'application/vnd.schemaregistry.v1+json',
          accept: 'application/vnd.schemaregistry.v1+json',
        },
        signal: AbortSignal.timeout(answerTimeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Answer['body'] };
    } catch (cause) {
      throw problem('registry-unavailable', { reason: 'no answer', url: this.url }, cause);
    }
  }
}
