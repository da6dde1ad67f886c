import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ev, type EventType } from '@kruispunt/contracts';
import { ConfluentHttp } from './confluent-http.js';
import { ConfluentRegistry } from './confluent-registry.js';

const url = process.env['SCHEMA_REGISTRY_URL']!;
const registry = ConfluentRegistry.connect(url, { patienceMs: 0 });
const http = new ConfluentHttp(url);

/** The same type under a subject of its own, so that runs do not meet. */
const alone = (eventType: EventType): EventType => ({
  ...eventType,
  registrySubject: `spec-${randomUUID()}-${eventType.record}`,
});

/** The type as a later revision would be. */
function revised(eventType: EventType, change: (schema: { fields: Record<string, unknown>[] }) => void): EventType {
  const schema = structuredClone(eventType.schema) as { fields: Record<string, unknown>[] };
  change(schema);
  return { ...eventType, schema };
}

const optional = { name: 'nieuw', type: ['null', 'string'], default: null, doc: 'new', klasse: 'OPEN' };
const demanded = { name: 'nieuw', type: 'string', doc: 'new', klasse: 'OPEN' };

describe('the schema registry', () => {
  it('keeps BACKWARD_TRANSITIVE for everything after ensureCompatibility', async () => {
    await registry.ensureCompatibility();
    expect(await http.level()).toBe('BACKWARD_TRANSITIVE');
  });

  it('gives the same id for the same schema, however often it is registered', async () => {
    const eventType = alone(ev.AdresGewijzigdV1);
    const first = await registry.register(eventType);
    expect(first).toMatchObject({ kind: 'registered' });
    expect(await registry.register(eventType)).toEqual(first);
  });

  it('lets several deploys register the same types at once: all get the same ids', async () => {
    const types = Object.values(ev)
      .slice(0, 12)
      .map((one) => alone(one as EventType));
    const deploys = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const ids: unknown[] = [];
        for (const type of types) ids.push(await registry.register(type));
        return ids;
      }),
    );
    for (const ids of deploys) {
      expect(ids).toEqual(deploys[0]);
      expect(ids.filter((one) => (one as { kind: string }).kind !== 'registered')).toEqual([]);
    }
  });

  it('keeps FULL_TRANSITIVE for types about persons and BACKWARD_TRANSITIVE for others', async () => {
    const person = alone(ev.InschrijvingVoltooidV1);
    const open = alone(ev.AanvraagIngediendV1);
    await registry.register(person);
    await registry.register(open);
    expect(await http.level(person.registrySubject)).toBe('FULL_TRANSITIVE');
    expect(await http.level(open.registrySubject)).toBe('BACKWARD_TRANSITIVE');
  });

  it('looks up ids both ways without writing anything', async () => {
    const eventType = alone(ev.GemeenteGewijzigdV1);
    await registry.register(eventType);
    const ids = await registry.schemaIds([eventType]);
    expect(ids.typeOf(ids.idOf(eventType))?.type).toBe(eventType.type);
    expect(ids.typeOf(2 ** 30)).toBeUndefined();
  });

  it('says registry-unavailable, with the subject, when a type was never registered', async () => {
    const eventType = alone(ev.GemeenteGewijzigdV1);
    await expect(registry.schemaIds([eventType])).rejects.toMatchObject({
      slug: 'registry-unavailable',
      fields: { subject: eventType.registrySubject },
    });
    expect(await http.versions(eventType.registrySubject)).toEqual([]);
  });

  it('says registry-unavailable when nothing answers', async () => {
    const nobody = ConfluentRegistry.connect('http://127.0.0.1:1/apis/ccompat/v7', { patienceMs: 0 });
    await expect(nobody.schemaIds([ev.GemeenteGewijzigdV1])).rejects.toMatchObject({ slug: 'registry-unavailable' });
    await expect(nobody.ensureCompatibility()).rejects.toMatchObject({ slug: 'registry-unavailable' });
  });

  it('refuses a revision that demands a new field, with the reason, and does not register it', async () => {
    const eventType = alone(ev.KetenGestartV1);
    await registry.register(eventType);
    const worse = revised(eventType, (schema) => schema.fields.unshift(demanded));
    expect(await registry.check(worse)).toMatchObject({ kind: 'refused', because: { slug: 'conflict' } });
    const refused = await registry.register(worse);
    expect(refused.kind === 'refused' && refused.because.fields['reason']).toContain('nieuw');
    expect(await http.versions(eventType.registrySubject)).toHaveLength(1);
  });

  it('lets an older process read what a newer one wrote, and the other way round', async () => {
    const older = alone(ev.InschrijvingVoltooidV1);
    const newer = revised(older, (schema) => schema.fields.splice(1, 0, optional));
    const first = await registry.register(older);
    const second = await registry.register(newer);
    if (first.kind !== 'registered' || second.kind !== 'registered') throw new Error('both revisions must be taken');
    const ids = await registry.schemaIds([older]);
    expect(ids.idOf(older)).toBe(first.id);
    expect(ids.typeOf(second.id)?.type).toBe(older.type);
  });
});
