import type { EventType } from '@kruispunt/contracts';
import { isAddressField } from './non-disclosable.js';
import type { Protocol } from './protocol.js';

type ProjectedType = Pick<EventType, 'type' | 'klasse' | 'fields'>;

/** What may leave of one event type under one protocol version and one wish: decided once, applied to every event. */
export interface Projection {
  /** The top-level fields that leave, in the order of the schema; empty: nothing may leave. */
  readonly fields: readonly string[];
  /** The same without what tells an address: for a person for whom IT252 stands. */
  readonly withoutAddress: readonly string[];
}

type ByWish = WeakMap<object, Projection>;
const wishless: readonly string[] = [];
const withoutProtocol = {};
/** Protocol version → event type → wish. Weak: a version, a type or a subscription that is gone takes its projections along. */
const compiled = new WeakMap<object, WeakMap<object, ByWish>>();

/**
 * The projection of a type under a protocol (undefined: OPEN without one), as far as the subscriber wants it. The same protocol, type and
 * wish give the same object. `*` counts for OPEN types only; without a protocol only OPEN leaves.
 */
export function projectionOf(
  protocol: Protocol | undefined,
  type: ProjectedType,
  wish: readonly string[] | undefined,
): Projection {
  const byType = within(compiled, protocol ?? withoutProtocol, () => new WeakMap<object, ByWish>());
  const byWish = within(byType, type, () => new WeakMap<object, Projection>());
  return within(byWish, wish ?? wishless, () => compile(protocol, type, wish));
}

function within<V>(map: WeakMap<object, V>, key: object, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function compile(protocol: Protocol | undefined, type: ProjectedType, wish: readonly string[] | undefined): Projection {
  const listed = protocol === undefined ? [] : listedFields(protocol, type.type);
  const everything = type.klasse === 'OPEN' && (protocol === undefined || listed.includes('*'));
  const leaving = type.fields
    .filter(({ name }) => everything || listed.includes(name))
    .filter(({ name }) => wish === undefined || wish.includes(name));
  return {
    fields: leaving.map(({ name }) => name),
    withoutAddress: leaving.filter((field) => !isAddressField(field)).map(({ name }) => name),
  };
}

const listedFields = ({ fieldsPerType }: Protocol, type: string): readonly string[] =>
  Object.hasOwn(fieldsPerType, type) ? fieldsPerType[type]! : [];
