import type { JsonObject } from '@kruispunt/nest';
import { problem } from '@kruispunt/problem';

/** Reads one member of a request; throws `invalid-request` with its place. */
export type Reader<T> = (value: unknown, at: string) => T;

const wrong = (at: string, reason: string) => problem('invalid-request', { at, reason });

export const optional =
  <T>(reader: Reader<T>): Reader<T | undefined> =>
  (value, at) =>
    value === undefined || value === null ? undefined : reader(value, at);

export const required =
  <T>(reader: Reader<T>): Reader<T> =>
  (value, at) => {
    if (value === undefined || value === null) throw wrong(at, 'is required');
    return reader(value, at);
  };

export const text =
  (max: number): Reader<string> =>
  (value, at) => {
    if (typeof value !== 'string' || value === '' || value.length > max)
      throw wrong(at, `expected a text of 1 to ${max} characters`);
    return value;
  };

export const whole =
  (min: number, max: number): Reader<number> =>
  (value, at) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max)
      throw wrong(at, `expected a whole number, ${min} to ${max}`);
    return value;
  };

export const uuid: Reader<string> = (value, at) => {
  if (typeof value !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value))
    throw wrong(at, 'expected a uuid in lower case');
  return value;
};

export const date: Reader<string> = (value, at) => {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(Date.parse(value)))
    throw wrong(at, 'expected a day, YYYY-MM-DD');
  return value;
};

export const object: Reader<JsonObject> = (value, at) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(at, 'expected an object');
  return value as JsonObject;
};

export const many =
  <T>(reader: Reader<T>, max: number): Reader<readonly T[]> =>
  (value, at) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > max) throw wrong(at, `expected 1 to ${max}`);
    return value.map((each, n) => reader(each, `${at}/${n}`));
  };

/** Throws `invalid-request` for a member nobody reads: a misspelt limit must not be no limit. */
export function only(body: JsonObject, known: readonly string[]): void {
  const odd = Object.keys(body).find((name) => !known.includes(name));
  if (odd !== undefined) throw wrong(`/${odd}`, `known are ${known.join(', ')}`);
}
