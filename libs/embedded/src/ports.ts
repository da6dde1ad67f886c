import { createServer } from 'node:net';
import { problem } from '@kruispunt/problem';

/** Every port of the default start, in one place. `KP_PORT_BASE` moves them all. */
export const portOffsets = {
  kafka: 0,
  controller: 1,
  postgres: 2,
  registry: 3,
  issuer: 4,
  'publish-gateway': 10,
  'delivery-gateway': 11,
  'chain-integrator': 12,
  bevolking: 13,
  omgeving: 14,
  burgerlijkestand: 15,
  basisregisters: 16,
  proeftuin: 20,
  'receiver-housing': 21,
  'receiver-rescue': 22,
  'receiver-maps': 23,
  'receiver-parking': 24,
  'receiver-stranger': 25,
} as const;

export type PortName = keyof typeof portOffsets;
export type Ports = Readonly<Record<PortName, number>>;

export const portBaseDefault = 17_400;

/** The ports that start at `base`. */
export const portsFrom = (base: number): Ports =>
  Object.fromEntries(Object.entries(portOffsets).map(([name, offset]) => [name, base + offset])) as Ports;

/** Whether nobody on this machine listens on `port` of the loopback address. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

/** Throws one `conflict` problem that names every taken port of `ports` and what to do; a taken port is reported, not fought over. */
export async function requireFree(ports: Partial<Ports>): Promise<void> {
  const taken: string[] = [];
  for (const [name, port] of Object.entries(ports)) if (!(await isFree(port))) taken.push(`${port} (${name})`);
  if (taken.length === 0) return;
  throw problem('conflict', {
    reason: `port ${taken.join(', ')} is taken on 127.0.0.1: stop what listens there (another npm start?), or set KP_PORT_BASE to a free range`,
  });
}

/** A port that was free a moment ago; for tests. */
export const anyFreePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
