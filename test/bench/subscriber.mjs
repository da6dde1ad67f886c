// A receiver process and a subscription that leads to it, probed and active.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { until } from './measure.mjs';

/** Starts a script of this folder that says its port on standard output and ends when its standard input does. */
export async function startScript(name, env = {}) {
  const child = spawn(process.execPath, [new URL(`./${name}`, import.meta.url).pathname], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await new Promise((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(Number(String(chunk))));
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
  });
  return { url: `http://127.0.0.1:${port}`, pid: child.pid, stop: () => child.stdin.end() };
}

export async function startReceiver() {
  const { url, pid, stop } = await startScript('receiver.mjs');
  const ask = async (path) => (await fetch(url + path)).json();
  return {
    url,
    pid,
    stop,
    ask,
    forget: () => ask('/forget'),
    /** Waits until `count` deliveries have come, whatever their subscription and id. */
    arrived: (count, withinS = 120) =>
      until(
        `${count} deliveries arrived`,
        async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          return (await ask('/seen')).arrived >= count;
        },
        withinS,
      ),
    /** Waits until `count` different events have come. */
    received: (count, withinS = 120) =>
      until(
        `${count} events received`,
        async () => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          return (await ask('/seen')).count >= count;
        },
        withinS,
      ),
  };
}

/** A protocol under which every field of a type may be received. */
export const deliveryProtocol = ({ type, fields }) => ({
  hoedanigheid: 'bench',
  purpose: 'bench',
  legalGround: 'bench',
  eventTypes: [type],
  fieldsPerType: { [type]: fields.map(({ name }) => name) },
  territory: 'all',
  subjectScope: 'all',
  validFrom: '2020-01-01',
  channels: 'all',
});

/** A subscription of the running delivery gateway to one event type, from now on; `channel` PULL has no receiver. `call` asks what stands behind its URL. */
export async function subscribe({ system }, receiver, { type, protocol, batch, channel = 'WEBHOOK' }) {
  const organisation = 'OVO999300';
  const call = async (claims, method, path, body) => {
    const token = await system.issuer.token({ organisation, subject: 'bench', ...claims });
    const answer = await fetch(system.url('delivery-gateway') + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const json = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(json)}`);
    return json;
  };
  const operator = { organisation: 'OVO999001', scopes: ['kruispunt.operate', 'kruispunt.admin'] };
  const subscriber = { scopes: ['kruispunt.subscribe'] };
  if (protocol) {
    const reason = 'a measurement on test data';
    const text = { ...protocol, parties: [{ organisation }], reason };
    const { proposal } = await call(operator, 'POST', '/v1/protocols/bench/1/propose', text);
    const colleague = { ...operator, scopes: ['kruispunt.approve'], subject: 'colleague' };
    await call(colleague, 'POST', '/v1/protocols/bench/1/approve', { digest: proposal.digest, reason });
  }
  const { id } = await call(subscriber, 'POST', '/v1/subscriptions', {
    name: `bench-${randomUUID()}`,
    hoedanigheid: protocol?.hoedanigheid ?? 'proef',
    types: [type.type],
    ...(protocol && { protocol: 'bench', protocolVersion: 1 }),
    ...(channel === 'PULL'
      ? { channel }
      : {
          inFlightMax: 64,
          ...(batch && { batch }),
          endpoint: { url: `${receiver.url}/hook`, exceptions: [{ cidr: '127.0.0.1/32', days: 1 }] },
        }),
  });
  const own = (method, path = '', body) => call(subscriber, method, `/v1/subscriptions/${id}${path}`, body);
  if (channel !== 'PULL') {
    const probe = await own('POST', '/probe');
    if (!probe.ok) throw new Error(`the probe failed: ${JSON.stringify(probe)}`);
  }
  return { id, call: own, end: () => own('DELETE') };
}
