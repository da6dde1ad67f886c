import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { appNames, portBaseDefault, portsFrom } from '@kruispunt/embedded';
import { readConfig, type Definition } from '@kruispunt/config';
import { platformSettings } from '@kruispunt/nest';
import { appModule } from '../docs/app-settings.js';
import { composeFile, fromOutside, root, type Service } from './compose-file.js';

const { services, secrets, volumes } = composeFile();
const ports = portsFrom(portBaseDefault);
const entries = Object.entries(services);
const settingsOf = async (app: string): Promise<Definition> => ({
  ...platformSettings,
  ...(await appModule<{ config: Definition }>(app, 'config')).config,
});
const at = (name: string): Service => services[name] ?? {};
const portVariable = (app: string) => `KP_${app.toUpperCase().replaceAll('-', '_')}_PORT`;

describe('docker/compose.yaml', () => {
  it('runs every app of the system, and nothing of the proving ground', () => {
    const built = entries.filter(([, { build }]) => build).map(([name]) => name);
    expect(built.sort()).toEqual([...appNames, 'schemas'].sort());
    expect(readFileSync(join(root, 'docker', 'compose.yaml'), 'utf8')).not.toMatch(/proeftuin/);
  });

  it.each(appNames)('builds %s from its own folder, on the port its config.ts says', async (app) => {
    const { build, environment, ports: published, healthcheck } = at(app);
    expect(build).toMatchObject({ context: '..', dockerfile: 'docker/Dockerfile', args: { APP: app } });
    const own = ports[app];
    expect((await settingsOf(app))['port']).toMatchObject({ env: portVariable(app), default: own });
    expect(environment?.[portVariable(app)]).toBe(own);
    expect(published).toEqual([`127.0.0.1:${own}:${own}`]);
    expect(healthcheck?.test.join(' ')).toContain(`http://localhost:${own}/health/ready`);
    expect(environment?.['KP_HOST']).toBe('0.0.0.0');
  });

  it.each(appNames)(
    'gives %s every setting it requires, none that it does not know, and values it can read',
    async (app) => {
      const definition = await settingsOf(app);
      const given = Object.fromEntries(
        Object.entries(at(app).environment ?? {}).map(([name, value]) => [name, String(value)]),
      );
      expect(() => readConfig(definition, given)).not.toThrow();
      const wanted = Object.values(definition).filter((setting) => setting.default === undefined);
      expect(Object.keys(given)).toEqual(expect.arrayContaining(wanted.map(({ env }) => env)));
      // Production: no test persons, and a key to sign with.
      expect(given).not.toHaveProperty('KP_MODE');
      expect(given['KP_SIGNING_KEY_FILE']).toBe('/run/secrets/signing-key');
    },
  );

  it.each(entries)('runs %s without rights: no root, no write, no capability', (_name, service) => {
    expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service.privileged).toBeUndefined();
    expect(service.tmpfs?.some((path) => path.startsWith('/tmp'))).toBe(true);
  });

  it('has a health check for everything that goes on running, and waits for health', () => {
    for (const [name, { healthcheck }] of entries)
      if (name !== 'schemas')
        expect(healthcheck).toMatchObject({ test: expect.anything(), interval: '5s', retries: 20 });
    const waits = entries.flatMap(([name, { depends_on: on = {} }]) =>
      Object.entries(on).map(([other, { condition }]) => ({ name, other, condition })),
    );
    expect(waits.filter(({ other }) => !(other in services))).toEqual([]);
    for (const { other, condition } of waits)
      expect(condition).toBe(other === 'schemas' ? 'service_completed_successfully' : 'service_healthy');
    for (const app of appNames)
      expect(Object.keys(at(app).depends_on ?? {}).sort()).toEqual(['kafka', 'postgres', 'schemas']);
  });

  it('talks to services by their names in the file, and publishes on loopback only', () => {
    const hosts = ({ environment = {} }: Service) =>
      ['KAFKA_BROKERS', 'DATABASE_URL', 'SCHEMA_REGISTRY_URL', 'REGISTRY_DATASOURCE_URL']
        .map((name) => /(?:^|\/\/|@)([a-z]+):\d+/.exec(String(environment[name] ?? ''))?.[1])
        .filter((host) => host !== undefined);
    for (const [, service] of entries) for (const host of hosts(service)) expect(Object.keys(services)).toContain(host);
    for (const [, { ports: published = [] }] of entries)
      for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('declares the secrets and volumes it uses, and keeps no secret of its own', () => {
    for (const [, { secrets: used = [], volumes: mounted = [] }] of entries) {
      for (const secret of used) expect(secrets).toHaveProperty(secret);
      for (const mount of mounted) {
        const [from = ''] = mount.split(':');
        if (from.startsWith('.')) expect(existsSync(join(root, 'docker', from))).toBe(true);
        else expect(volumes).toHaveProperty(from);
      }
    }
    for (const { file } of Object.values(secrets)) expect(file).toMatch(/^\.\/secrets\//);
    expect(readFileSync(join(root, '.gitignore'), 'utf8').split('\n')).toContain('docker/secrets/');
    for (const [, { environment = {} }] of entries)
      for (const [name, value] of Object.entries(environment))
        if (/PASSWORD$|_KEY$|DATABASE_URL/.test(name)) expect(fromOutside(value).length).toBe(1);
  });

  it('pins every image to a version', () => {
    for (const [, { image }] of entries) if (image !== undefined) expect(image).toMatch(/:\d+\.\d+(\.\d+)?(\.Final)?$/);
  });
});
