import type { EventType, SchemaIds } from '@kruispunt/contracts';
import { problem } from '@kruispunt/problem';

/** Registry ids in memory: the one each type writes with, and all it can read. */
export class KnownSchemas implements SchemaIds {
  private readonly idByType = new Map<string, number>();
  private readonly typeById = new Map<number, EventType>();

  /** `id` is what this process writes `eventType` with. */
  add(id: number, eventType: EventType): void {
    this.idByType.set(eventType.type, id);
    this.typeById.set(id, eventType);
  }

  /** `id` belongs to another revision, which `reader` understands. */
  addReader(id: number, reader: EventType): void {
    this.typeById.set(id, reader);
  }

  idOf(eventType: EventType<never> | EventType): number {
    const id = this.idByType.get(eventType.type);
    if (id === undefined)
      throw problem('registry-unavailable', { reason: 'was not looked up', subject: eventType.registrySubject });
    return id;
  }

  typeOf(id: number): EventType | undefined {
    return this.typeById.get(id);
  }
}
