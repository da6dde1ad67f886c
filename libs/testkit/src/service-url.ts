/** The address of a real service of this test run. Throws when the run has none: pure specs must not need it. */
export function serviceUrl(name: 'KAFKA_BROKERS' | 'DATABASE_URL' | 'SCHEMA_REGISTRY_URL'): string {
  const url = process.env[name];
  if (url === undefined || url === '')
    throw new Error(`${name} is not set: run this spec through npm test, which starts the services`);
  return url;
}

/** A topic or group name that no other test uses. */
export const freshName = (stem: string): string =>
  `${stem}.${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
