import { eventTypes, type EventType } from '@kruispunt/contracts';
import { asProblem, toProblemJson } from '@kruispunt/problem';
import { ConfluentRegistry } from '@kruispunt/registry';
import { CliFailure, exits, failureOf } from '../failure.js';
import type { Shell } from '../shell.js';
import { tableLines } from '../table.js';

interface Outcome {
  readonly type: string;
  readonly outcome: string;
  readonly id?: number;
  readonly reason?: string;
}

/** What this build speaks. */
export function listSchemas(shell: Shell): void {
  const rows = eventTypes.map((t) => [t.type, t.klasse, t.topic, t.registrySubject]);
  const items = eventTypes.map(({ type, version, klasse, topic, registrySubject }) => ({
    type,
    version,
    klasse,
    topic,
    registrySubject,
  }));
  shell.show({
    data: { kind: 'SchemaList', apiVersion: 'kruispunt/v1', items },
    list: items,
    lines: tableLines({ columns: ['type', 'class', 'topic', 'subject'], rows }),
    next: 'kruispunt schema check',
  });
}

type One = (registry: ConfluentRegistry, type: EventType) => Promise<Outcome>;

const checkOne: One = async (registry, type) => {
  const check = await registry.check(type);
  return check.kind === 'compatible' ? { type: type.type, outcome: 'compatible' } : refused(type, check.because);
};
const registerOne: One = async (registry, type) => {
  const done = await registry.register(type);
  return done.kind === 'registered'
    ? { type: type.type, outcome: 'registered', id: done.id }
    : refused(type, done.because);
};
const refused = (
  type: EventType,
  because: { readonly slug: string; readonly fields: Readonly<Record<string, unknown>> },
): Outcome => ({ type: type.type, outcome: 'refused', reason: reasonText(because.fields['reason']) ?? because.slug });

/** Registers all of them; those that are there already keep their id. */
export const registerSchemas = (shell: Shell): Promise<void> => overRegistry(shell, 'register', registerOne);
/** May they follow what is registered? Writes nothing. */
export const checkSchemas = (shell: Shell): Promise<void> => overRegistry(shell, 'check', checkOne);

async function overRegistry(shell: Shell, verb: 'check' | 'register', one: One): Promise<void> {
  const registry = ConfluentRegistry.connect(registryUrl(shell));
  const items: Outcome[] = [];
  try {
    if (verb === 'register') await registry.ensureCompatibility();
    for (const type of eventTypes) items.push(await one(registry, type));
  } catch (thrown) {
    throw failureOf(toProblemJson(asProblem(thrown)));
  }
  const wrong = items.filter((item) => item.outcome === 'refused').length;
  shell.show({
    data: { kind: 'SchemaOutcome', apiVersion: 'kruispunt/v1', verb, ok: wrong === 0, items },
    list: items,
    lines: tableLines({
      columns: ['type', 'outcome', 'id', 'reason'],
      rows: items.map((i) => [i.type, i.outcome, i.id, i.reason]),
    }),
    next: verb === 'check' ? 'kruispunt schema register --reason "…"' : 'kruispunt schema list',
    exit: wrong === 0 ? exits.ok : wrong === items.length ? exits.failed : exits.partial,
  });
}

function registryUrl(shell: Shell): string {
  const url = shell.world.env['SCHEMA_REGISTRY_URL'] ?? shell.context.registry;
  if (url !== undefined) return url;
  throw new CliFailure(
    exits.unreachable,
    { nl: 'niemand zegt waar het schemaregister is', en: 'nobody says where the schema registry is' },
    {
      nl: 'zet SCHEMA_REGISTRY_URL, of start het systeem met "npm start"',
      en: 'set SCHEMA_REGISTRY_URL, or start the system with "npm start"',
    },
  );
}

const reasonText = (reason: unknown): string | undefined => (typeof reason === 'string' ? reason : undefined);
