import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bpmnComplaints } from '@kruispunt/testkit';
import { runIn } from '../main.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kruispunt-diagram-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A command in an empty folder: no context, no server. */
async function run(...words: readonly string[]) {
  let said = '';
  const stdout = new Writable({
    write(chunk: Buffer, _, done) {
      said += String(chunk);
      done();
    },
  });
  const stderr = new Writable({ write: (_, __, done) => done() });
  const world = { env: {}, folder, stdout, stderr, stdin: Readable.from([]), now: () => 0 };
  const exit = await runIn({ ...world, interrupted: new AbortController().signal }, [...words]);
  return { exit, said };
}

describe('kruispunt chain diagram', () => {
  it('draws a chain as Mermaid from its definition, without any system to ask', async () => {
    const { exit, said } = await run('chain', 'diagram', 'verhuis');
    expect([exit, said.split('\n')[0]]).toEqual([0, 'stateDiagram-v2']);
  });

  it('writes BPMN that every reader takes to a file', async () => {
    const file = join(folder, 'permit.bpmn');
    const { exit, said } = await run('chain', 'diagram', 'omgevingsvergunning', '--bpmn', '--file', file);
    expect([exit, said.trim()]).toEqual([0, file]);
    expect(await bpmnComplaints(readFileSync(file, 'utf8'))).toEqual([]);
  });

  it('says which chains there are when there is none of that name', async () => {
    expect((await run('chain', 'diagram', 'verzonnen')).exit).toBe(3);
  });
});
