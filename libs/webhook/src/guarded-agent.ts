import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction, Socket } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { addressFault, urlFault, type EgressRules } from './address-guard.js';

/** The guard refused to connect. */
export class AddressForbidden extends Error {
  override readonly name = 'AddressForbidden';
  readonly code = 'KP_ADDRESS_FORBIDDEN';
}

export type Resolve = (
  hostname: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

/** Every address of a host, as the system resolves it. */
export const resolveAll: Resolve = (hostname, done) =>
  systemLookup(hostname, { all: true }, (error, addresses) => done(error, addresses ?? []));

export interface AgentOptions {
  readonly rules: () => EgressRules;
  readonly resolve: Resolve;
  readonly connections: number;
  readonly deadlineMs: number;
  /** Told of every connection that stands. */
  readonly onConnected?: (socket: Socket) => void;
}

/**
 * An agent that looks at the address three times: the URL's own literal, every address DNS gives (all must be allowed, so that a mixed
 * answer does not slip through), and the one the socket ended up with (so that nothing in between decides otherwise). No proxy.
 */
export function guardedAgent({ rules, resolve, connections, deadlineMs, onConnected }: AgentOptions): Agent {
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, (error, addresses) => {
      if (error) return callback(error, '', 4);
      const fault = addresses
        .map(({ address }) => addressFault(address, hostname, rules()))
        .find((f) => f !== undefined);
      const first = addresses[0];
      if (fault !== undefined || first === undefined)
        return callback(new AddressForbidden(fault ?? 'no address'), '', 4);
      if (options.all) (callback as unknown as (error: null, all: readonly LookupAddress[]) => void)(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
  const connect = buildConnector({ timeout: deadlineMs, lookup, keepAlive: true });
  return new Agent({
    connections,
    pipelining: 1,
    keepAliveTimeout: 10_000,
    maxHeaderSize: 16_384,
    headersTimeout: deadlineMs,
    bodyTimeout: deadlineMs,
    connect: (options, callback) => {
      const origin = `${options.protocol}//${options.host ?? options.hostname}`;
      const fault = urlFault(origin, rules());
      if (fault !== undefined) return callback(new AddressForbidden(fault), null);
      connect(options, (...answer) => {
        const [error, socket] = answer;
        if (error) return callback(error, null);
        const reached = addressFault(socket.remoteAddress ?? '', options.hostname, rules());
        if (reached === undefined) {
          onConnected?.(socket);
          return callback(null, socket);
        }
        socket.destroy();
        callback(new AddressForbidden(reached), null);
      });
    },
  });
}
