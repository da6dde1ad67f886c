import type { LogRecord } from '@kruispunt/event';

/** The inner topic: domain events, keyed by the chain instance that each concerns. A partition of it owns its instances. */
export const ketenIn = 'be.vlaanderen.keten.in.v1';

const chainHeader = 'kp-chain';

/** The record that brings an event to an instance: the bytes and headers as the log had them, and which chain is meant. */
export const toInstance = (
  event: { readonly headers: Readonly<Record<string, string>>; readonly value: Uint8Array },
  target: { readonly instance: string; readonly chain: string },
): LogRecord => ({
  topic: ketenIn,
  key: target.instance,
  value: event.value,
  headers: { ...event.headers, [chainHeader]: target.chain },
});

/** The chain a record of the inner topic is meant for. */
export const chainOf = (headers: Readonly<Record<string, string>>): string => headers[chainHeader] ?? '';
