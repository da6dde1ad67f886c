import { isDeepStrictEqual } from 'node:util';
import { SchemaRegistry, COMPATIBILITY } from '@kafkajs/confluent-schema-registry';
import { SystemTimers, type Timers } from '@kruispunt/clock';
import { readerOf, type EventType, type SchemaIds } from '@kruispunt/contracts';
import { Problem, problem } from '@kruispunt/problem';
import { ConfluentHttp, type Level } from './confluent-http.js';
import { KnownSchemas } from './known-schemas.js';

/** What became of a schema at the registry: `id` is what stands before every value on the wire. */
export type Registered =
  { readonly kind: 'registered'; readonly id: number } | { readonly kind: 'refused'; readonly because: Problem };
export type Check = { readonly kind: 'compatible' } | { readonly kind: 'refused'; readonly because: Problem };

export interface RegistryOptions {
  /** How long a lookup waits for the registry to answer and to know the schemas. */
  readonly patienceMs?: number;
  readonly timers?: Timers;
}

const pauseMs = 500;
/** Of a registration, for want of a better answer than that somebody else was writing. */
const attemptsMax = 4;
const betweenMs = 150;
/** Lookups side by side: 42 types in about 0.2 s on an embedded registry. */
const inFlightMax = 8;

const globalLevel: Level = 'BACKWARD_TRANSITIVE';
const careful = new Set(['PERSOON', 'BIJZONDER']);

/** Events about persons must be readable both ways: old readers meet new events too. */
export const levelOf = ({ klasse }: Pick<EventType, 'klasse'>): Level =>
  careful.has(klasse) ? 'FULL_TRANSITIVE' : globalLevel;

/**
 * A schema registry with the Confluent API. Services only look up (`schemaIds`); `register` and `ensureCompatibility` belong to
 * deploy (`kruispunt schema register`). Subjects follow TopicRecordNameStrategy. Throws `registry-unavailable`.
 */
export class ConfluentRegistry {
  private readonly http: ConfluentHttp;
  private readonly client: SchemaRegistry;
  private readonly patienceMs: number;
  private readonly timers: Timers;

  private constructor(url: string, options: RegistryOptions) {
    this.http = new ConfluentHttp(url);
    this.client = new SchemaRegistry({ host: url.replace(/\/+$/, ''), retry: { retries: 0 } });
    this.patienceMs = options.patienceMs ?? 30_000;
    this.timers = options.timers ?? new SystemTimers();
  }

  /** `url` is the root of the Confluent API, e.g. `http://127.0.0.1:17403/apis/ccompat/v7`. Nothing is sent yet. */
  static connect(url: string, options: RegistryOptions = {}): ConfluentRegistry {
    return new ConfluentRegistry(url, options);
  }

  /**
   * The registry ids of these types, and of the other revisions of their schemas that they can read. Reads only; waits up to
   * `patienceMs` for the registry to be there and to know them, then throws `registry-unavailable` with what was missing.
   */
  async schemaIds(types: readonly EventType[]): Promise<SchemaIds> {
    const known = new KnownSchemas();
    const queue = types.values();
    const lookUpAll = async (): Promise<void> => {
      for (const eventType of queue) await this.patiently(() => this.lookUp(eventType, known));
    };
    await Promise.all(Array.from({ length: inFlightMax }, lookUpAll));
    return known;
  }

  private async lookUp(eventType: EventType, known: KnownSchemas): Promise<void> {
    const only = await this.http.onlyVersion(eventType.registrySubject);
    // The usual case, in one call: a subject with one version, and it is ours.
    if (only && isDeepStrictEqual(only.schema, eventType.schema)) return known.add(only.id, eventType);
    const id = await this.idOf(eventType);
    if (id === undefined)
      throw problem('registry-unavailable', { reason: 'not registered', subject: eventType.registrySubject });
    for (const other of await this.http.versions(eventType.registrySubject)) {
      const reader = other.id === id ? undefined : readerOf(eventType, other.schema);
      if (reader) known.addReader(other.id, reader);
    }
    known.add(id, eventType);
  }

  /**
   * Registers at deploy: sets the subject's compatibility level first, and verifies it. A refusal is a value with the reason. Two deploys
   * at once may trip over each other in the registry: what one of them did in between, the other finds done when it looks again.
   */
  async register(eventType: EventType): Promise<Registered> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const done = await this.registerOnce(eventType);
        if (done.kind === 'registered' || attempt > 1) return done;
      } catch (thrown) {
        if (attempt >= attemptsMax) throw thrown;
      }
      // A refusal too is asked twice: it may have been the same schema, being written by another.
      await this.timers.sleep(attempt * betweenMs);
    }
  }

  private async registerOnce(eventType: EventType): Promise<Registered> {
    const known = await this.idOf(eventType);
    await this.ensureLevel(levelOf(eventType), eventType.registrySubject, known === undefined);
    const check = known === undefined ? await this.check(eventType) : undefined;
    if (check?.kind === 'refused') return check;
    try {
      const compatibility = COMPATIBILITY[levelOf(eventType)];
      const { id } =
        known === undefined
          ? await this.client.register(eventType.schema as never, { subject: eventType.registrySubject, compatibility })
          : { id: known };
      await this.ensureLevel(levelOf(eventType), eventType.registrySubject, false);
      return { kind: 'registered', id };
    } catch (thrown) {
      if ((thrown as { status?: number }).status !== 409) throw asUnavailable(thrown, 'register');
      return { kind: 'refused', because: incompatible(eventType, (thrown as Error).message) };
    }
  }

  /** Whether the schema may follow what is registered; writes nothing. */
  async check(eventType: EventType): Promise<Check> {
    const { compatible, reason } = await this.http.check(eventType.registrySubject, eventType.schema);
    return compatible ? { kind: 'compatible' } : { kind: 'refused', because: incompatible(eventType, reason) };
  }

  /** Sets the global level to BACKWARD_TRANSITIVE (Apicurio starts with NONE) and verifies it. */
  async ensureCompatibility(): Promise<void> {
    await this.ensureLevel(globalLevel, undefined, false);
  }

  /** `lenient`: a registry may not keep a level for a subject without versions; it is set again after the first one. */
  private async ensureLevel(level: Level, subject: string | undefined, lenient: boolean): Promise<void> {
    if ((await this.http.level(subject)) === level) return;
    await this.http.setLevel(level, subject);
    const now = await this.http.level(subject);
    if (now === level || lenient) return;
    throw problem('registry-unavailable', {
      reason: `the registry keeps compatibility ${now ?? 'unset'} instead of ${level}`,
      subject,
    });
  }

  /** The id of exactly this schema under its subject; undefined when it is not registered. */
  private async idOf(eventType: EventType): Promise<number | undefined> {
    try {
      return await this.client.getRegistryIdBySchema(eventType.registrySubject, eventType.schema as never);
    } catch (thrown) {
      if ((thrown as Error).name === 'ConfluentSchemaRegistryError') return undefined;
      throw asUnavailable(thrown, 'look up');
    }
  }

  private async patiently<T>(attempt: () => Promise<T>): Promise<T> {
    for (let waitedMs = 0; ; waitedMs += pauseMs) {
      try {
        return await attempt();
      } catch (thrown) {
        if (waitedMs >= this.patienceMs) throw thrown;
        await this.timers.sleep(pauseMs);
      }
    }
  }
}

const asUnavailable = (thrown: unknown, verb: string): Problem =>
  thrown instanceof Problem ? thrown : problem('registry-unavailable', { reason: `could not ${verb}` }, thrown);

const incompatible = ({ registrySubject }: EventType, reason: string): Problem =>
  problem('conflict', { subject: registrySubject, reason });
