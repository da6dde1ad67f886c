import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isReceiptFor, verifyReceipt } from '@kruispunt/sdk';
import { until } from '@kruispunt/testkit';
import { decision, freshKey, move, publish } from './events.js';
import { operator, openTestSystem, type TestSystem } from './system.js';

/** I8. */
describe('a receipt', () => {
  let bench: TestSystem;
  beforeAll(async () => {
    bench = await openTestSystem({ apps: ['publish-gateway'] });
  });
  afterAll(() => bench?.close());

  const keys = () => new URL(`${bench.system.url('publish-gateway')}/.well-known/jwks.json`);

  it('verifies against the bytes that stand in the log at its position, and against no others', async () => {
    const events = [decision(freshKey('OMV')), move(freshKey('VH')), decision(freshKey('OMV'))];
    const published = await publish(bench, events);
    for (const [i, { signed }] of published.entries()) {
      const verdict = await verifyReceipt(signed, keys());
      if (verdict.kind !== 'valid') throw new Error(verdict.reason);
      const entry = await bench.log.at(verdict.receipt);
      expect(entry?.headers['ce_id']).toBe(events[i]?.id);
      const value = entry?.value ?? Buffer.alloc(0);
      expect(await isReceiptFor(verdict.receipt, value)).toBe(true);
      for (let at = 0; at < value.length; at += 1) {
        const altered = Buffer.from(value);
        altered[at]! ^= 1 << (at & 7);
        expect(await isReceiptFor(verdict.receipt, altered)).toBe(false);
      }
    }
    const [first, second] = published;
    expect(first?.receipt.valueSha256).not.toBe(second?.receipt.valueSha256);
  });

  it('does not verify when a letter of it was changed, or when another key signed it', async () => {
    const [{ signed } = { signed: '' }] = await publish(bench, [decision(freshKey('OMV'))]);
    const [head = '', body = '', signature = ''] = signed.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as { offset: number };
    const forged = Buffer.from(JSON.stringify({ ...claims, offset: claims.offset + 1 })).toString('base64url');
    expect((await verifyReceipt(`${head}.${forged}.${signature}`, keys())).kind).toBe('invalid');
    const issued = await bench.token(operator);
    expect((await verifyReceipt(issued, keys())).kind).toBe('invalid');
  });

  it('is checked by the operator’s tool too', async () => {
    const [{ signed } = { signed: '' }] = await publish(bench, [decision(freshKey('OMV'))]);
    const verify = async (name: string, text: string) => {
      const file = join(bench.folder, name);
      await writeFile(file, text);
      return bench.cli(operator, 'receipt', 'verify', file, '-o', 'json');
    };
    // The tool asks the event index what the log holds there, and the index follows the log.
    await until('the log is seen to hold it', async () => (await verify('good', signed)).code === 0);
    const bad = await verify('bad', `${signed.slice(0, -6)}AAAAAA`);
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.out)).toMatchObject({ ok: false, findings: [{ signature: 'signature' }] });
  });
});
