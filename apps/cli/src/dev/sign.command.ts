import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Option, type Command } from 'commander';
import { leaf, type Tree } from '../leaf.js';
import { readText } from '../read-text.js';
import type { Shell } from '../shell.js';
import { localKey } from './local-key.js';

interface SignOptions {
  readonly key?: string;
  readonly id?: string;
  readonly at?: string;
}

/** `kruispunt dev sign`: the headers Kruispunt would send with a body, under a key of this machine. */
export const signCommand = (dev: Command, tree: Tree): void =>
  leaf<SignOptions>(dev, tree, {
    usage: 'sign <file>',
    about: {
      nl: 'tekent een lichaam zoals Kruispunt, met een sleutel van deze machine',
      en: 'signs a body as Kruispunt does, with a key of this machine',
    },
    example: 'kruispunt dev sign event.json',
    options: [
      new Option('--key <file>', 'sleutelbestand (JWK) / key file (JWK)'),
      new Option('--id <id>', 'webhook-id; anders de id van de gebeurtenis / else the id of the event'),
      new Option('--at <time>', 'tijdstip / time').default('now'),
    ],
    act: sign,
  });

async function sign(shell: Shell, [file]: readonly string[], options: SignOptions): Promise<void> {
  const body = await readText(file!, shell.world);
  const key = localKey(options.key ?? join(shell.world.folder, '.kruispunt', 'dev-key.json'));
  const at = shell.time('--at', options.at)!;
  const headers = key.headers(options.id ?? idIn(body) ?? randomUUID(), at, Buffer.from(body));
  shell.show({
    data: { kind: 'WebhookSignature', apiVersion: 'kruispunt/v1', headers, publicKey: key.published },
    lines: Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    next: `kruispunt dev verify ${file} --headers <file> --key ${key.published}`,
  });
}

function idIn(body: string): string | undefined {
  try {
    const { id } = JSON.parse(body) as { id?: unknown };
    return typeof id === 'string' && /^[\x21-\x7e]+$/.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}
