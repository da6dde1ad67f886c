// The move of the bench on Restate: the service and the server it runs under. Says "ready", then answers each number on standard input
// with the seconds that as many instances took, started and reported on over the server's HTTP.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { serve, workflow } from '@restatedev/restate-sdk';

const lanes = Number(process.env.LANES);
const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
const [service, ingress, admin, node] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);

const step = (ctx, name) => ctx.run(name, () => ({ name }));
const move = workflow({
  name: 'move',
  handlers: {
    run: async (ctx) => {
      await step(ctx, 'declared');
      await step(ctx, 'check requested');
      const report = await ctx.promise('report');
      await step(ctx, report.resultaat);
      await step(ctx, 'registered');
      await step(ctx, 'announced');
      return 'Ingeschreven';
    },
    report: async (ctx, report) => ctx.promise('report').resolve(report),
  },
});
await serve({ services: [move], port: service });

const require = createRequire(import.meta.url);
const binary = require.resolve(`@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`);
const server = spawn(binary, ['--no-logo', '--base-dir', process.env.FOLDER, '--listen-mode', 'tcp'], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    PATH: process.env.PATH,
    RESTATE_BIND_IP: '127.0.0.1',
    RESTATE_BIND_PORT: String(node),
    RESTATE_INGRESS__BIND_PORT: String(ingress),
    RESTATE_ADMIN__BIND_PORT: String(admin),
    RESTATE_ADVERTISED_HOST: '127.0.0.1',
    RESTATE_CLUSTER_NAME: `bench-${randomUUID()}`,
    RUST_LOG: 'error,octocrab=off',
    DO_NOT_TRACK: '1',
  },
});
const stop = () => server.kill('SIGKILL');
process.on('exit', stop);

const ask = async (url, body) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
};
for (let tries = 0; ; tries += 1) {
  try {
    await ask(`http://127.0.0.1:${admin}/deployments`, { uri: `http://127.0.0.1:${service}` });
    break;
  } catch (error) {
    if (tries > 100) throw error;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const at = `http://127.0.0.1:${ingress}/move`;
async function instance() {
  const id = randomUUID();
  const ended = ask(`${at}/${id}/run`);
  await ask(`${at}/${id}/report`, { resultaat: 'BEVESTIGD' });
  if ((await ended) !== 'Ingeschreven') throw new Error('not at its end');
}

console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const total = Number(line);
  const started = performance.now();
  let next = 0;
  const lane = async () => {
    while (next++ < total) await instance();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  console.log((performance.now() - started) / 1000);
}
process.exit(0);
