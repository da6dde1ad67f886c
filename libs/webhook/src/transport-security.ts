import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** How a connection was secured. `validTo` is ms since the epoch: when the receiver's certificate expires. */
export interface TransportSecurity {
  readonly protocol: string;
  readonly cipher: string;
  readonly validTo: number;
}

/** undefined when the connection has no TLS. */
export function securityOf(socket: Socket): TransportSecurity | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    validTo: Date.parse(socket.getPeerCertificate().valid_to),
  };
}
