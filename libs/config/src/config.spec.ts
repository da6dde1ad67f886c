import { describe, expect, it } from '@jest/globals';
import { choice, count, defineConfig, flag, list, milliseconds, printable, readConfig, text } from './index.js';

const definition = defineConfig({
  deliveryTimeoutMs: milliseconds({ env: 'KP_DELIVERY_TIMEOUT_MS', default: 10_000, doc: 'One attempt.' }),
  mode: choice(['production', 'proeftuin'], { env: 'KP_MODE', default: 'production', doc: 'Where we are.' }),
  brokers: list({ env: 'KAFKA_BROKERS', doc: 'Where the log is.' }),
  secret: text({ env: 'DATABASE_URL', secret: true, doc: 'Where the state is.' }),
});
const given = { KAFKA_BROKERS: 'a:1, b:2', DATABASE_URL: 'postgres://u:p@h/d' };

describe('configuration', () => {
  it('is read once, with defaults, as typed values', () => {
    expect(readConfig(definition, given)).toEqual({
      deliveryTimeoutMs: 10_000,
      mode: 'production',
      brokers: ['a:1', 'b:2'],
      secret: given.DATABASE_URL,
    });
  });

  it('names everything that is wrong in one problem', () => {
    const read = () =>
      readConfig(definition, { KP_DELIVERY_TIMEOUT_MS: '10 s', KP_MODE: 'test', KAFKA_BROKERS: 'a:1' });
    expect(read).toThrow(expect.objectContaining({ slug: 'invalid-request' }));
    try {
      read();
    } catch (error) {
      const { reason } = (error as { fields: { reason: string } }).fields;
      for (const part of ['KP_DELIVERY_TIMEOUT_MS', 'KP_MODE', 'DATABASE_URL is missing'])
        expect(reason).toContain(part);
    }
  });

  it('refuses a KP_ variable that nobody reads, so that a misspelt one is not silence', () => {
    expect(() => readConfig(definition, { ...given, KP_DELIVERY_TIMEOUT: '5' })).toThrow(
      expect.objectContaining({ slug: 'invalid-request' }),
    );
    expect(() => readConfig(definition, { ...given, KP_OTHER: '5' }, ['KP_OTHER'])).not.toThrow();
  });

  it('prints without secrets', () => {
    expect(printable(definition, readConfig(definition, given))).toMatchObject({ secret: '***', mode: 'production' });
  });

  it.each([
    ['count', count({ env: 'X', doc: 'x' }), '-1'],
    ['flag', flag({ env: 'X', doc: 'x' }), 'yes'],
  ])('refuses a %s out of its range', (_name, setting, wrong) => {
    expect(() => readConfig({ setting }, { X: wrong })).toThrow(expect.objectContaining({ slug: 'invalid-request' }));
  });
});
