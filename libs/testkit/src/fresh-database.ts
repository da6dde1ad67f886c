import { randomUUID } from 'node:crypto';
import { openDatabase } from '@kruispunt/postgres';
import { serviceUrl } from './service-url.js';

/** A new, empty database on the Postgres of this test run; `drop()` removes it with its sessions. */
export async function freshDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const server = serviceUrl('DATABASE_URL');
  const name = `t_${randomUUID().replaceAll('-', '')}`;
  const admin = async (text: string) => {
    const database = openDatabase(server, { sessionsMax: 1 });
    try {
      await database.query({ name: `admin-${name}-${text.split(' ')[0] ?? ''}`, text });
    } finally {
      await database.close();
    }
  };
  await admin(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => admin(`drop database if exists ${name} with (force)`) };
}
