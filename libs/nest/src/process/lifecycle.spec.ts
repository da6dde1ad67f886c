import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { openTelemetry } from '@kruispunt/telemetry';
import { Lifecycle } from './lifecycle.js';
import { obeyProcess } from './obey-process.js';
import { Readiness } from './readiness.js';

const silent = openTelemetry('sample', { level: 'silent' }).log;

describe('Lifecycle', () => {
  it('tells everybody to stop first, then lets work finish, then closes the last opened first', async () => {
    const told: string[] = [];
    const lifecycle = new Lifecycle(silent);
    lifecycle.stopping.addEventListener('abort', () => told.push('stopping'));
    lifecycle.owns('database', { close: () => void told.push('database') });
    lifecycle.owns('log', { close: () => void told.push('log') });
    const clean = await lifecycle.end({
      finish: async () => void told.push('requests'),
      cutOff: () => void told.push('cut off'),
    });
    expect([clean, told]).toEqual([true, ['stopping', 'requests', 'log', 'database']]);
  });

  it('closes the rest when one hook fails, and does not call that clean', async () => {
    const told: string[] = [];
    const lifecycle = new Lifecycle(silent);
    lifecycle.onClose('database', () => void told.push('database'));
    lifecycle.onClose('log', () => Promise.reject(new Error('gone')));
    expect([await lifecycle.end(), told]).toEqual([false, ['database']]);
  });
});

describe('Readiness', () => {
  it('is ready when every check passes; one that throws is failing', async () => {
    const readiness = new Readiness();
    expect(await readiness.report()).toEqual({ ready: true, checks: {} });
    readiness.add('log', () => true);
    readiness.add('database', () => Promise.reject(new Error('down')));
    expect(await readiness.report()).toEqual({ ready: false, checks: { log: 'ok', database: 'failing' } });
  });
});

describe('obeyProcess', () => {
  const started = (supervised: boolean, clean = true) => {
    const stdin = Object.assign(new EventEmitter(), { resume: () => undefined });
    let exited: (code: number) => void = () => undefined;
    const code = new Promise<number>((resolve) => (exited = resolve));
    const host = Object.assign(new EventEmitter(), { stdin, exit: (with_: number) => exited(with_) });
    obeyProcess({ log: silent, supervised, stop: () => Promise.resolve(clean) }, host);
    return { host, stdin, code };
  };

  it.each(['SIGTERM', 'SIGINT'])('ends in order on %s, with code 0 when nothing was cut off', async (signal) => {
    const { host, code } = started(false);
    host.emit(signal, signal);
    expect(await code).toBe(0);
  });

  it('ends with code 1 when something was cut off, and on a bug nobody caught', async () => {
    const cutOff = started(false, false);
    cutOff.host.emit('SIGTERM', 'SIGTERM');
    expect(await cutOff.code).toBe(1);
    const buggy = started(false);
    buggy.host.emit('unhandledRejection', new Error('bug'));
    expect(await buggy.code).toBe(1);
  });

  it('follows its supervisor into the grave', async () => {
    const { stdin, code } = started(true);
    stdin.emit('end');
    expect(await code).toBe(0);
  });
});
