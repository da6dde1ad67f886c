import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

export interface Listener {
  close(): Promise<void>;
}

const againMs = 1_000;

/**
 * Hears the notifications of one channel on a session of its own, which comes back by itself when it is lost. A hint, never a promise: what
 * was said while nobody listened is not repeated, so `heard` is also called at each (re)connection.
 */
export function listen(url: string, channel: string, heard: () => void): Listener {
  const ended = new AbortController();
  let session: pg.Client | undefined;
  const hear = async (): Promise<void> => {
    const client = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      application_name: `listen ${channel}`,
    });
    session = client;
    const lost = new Promise<void>((resolve) => client.on('end', resolve).on('error', () => resolve()));
    client.on('notification', heard);
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(channel)}`);
      heard();
      await lost;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const loop = (async () => {
    while (!ended.signal.aborted) {
      await hear().catch(() => undefined);
      await sleep(againMs, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  })();
  return {
    close: async () => {
      ended.abort();
      await session?.end().catch(() => undefined);
      await loop;
    },
  };
}
