import { createHmac, timingSafeEqual } from 'node:crypto';
import { Option, type Command } from 'commander';
import { verifyWebhook, type WebhookVerdict } from '@kruispunt/sdk';
import { CliFailure, exits } from '../failure.js';
import { leaf, repeated, whole, type Tree } from '../leaf.js';
import { readText } from '../read-text.js';
import type { Shell } from '../shell.js';

interface VerifyOptions {
  readonly headers: string;
  readonly key: readonly string[];
  readonly tolerance?: number;
  readonly at?: string;
}

/** `kruispunt dev verify`: is this signature good for this body? Standard Webhooks, `v1a` (whpk_) or `v1` (whsec_). */
export const verifyCommand = (dev: Command, tree: Tree): void =>
  leaf<VerifyOptions>(dev, tree, {
    usage: 'verify <file>',
    about: {
      nl: 'toetst een handtekening van Standard Webhooks; exit 1 als ze niet klopt, met de reden',
      en: 'checks a signature of Standard Webhooks; exit 1 when it is not good, with the reason',
    },
    example: 'kruispunt dev verify body.json --headers headers.txt --key whpk_…',
    options: [
      new Option(
        '--headers <file>',
        'de koppen, "naam: waarde" per lijn / the headers, a line each',
      ).makeOptionMandatory(),
      new Option('--key <key>', 'whpk_… of whsec_…; mag meer dan eens / may be given more than once')
        .argParser(repeated)
        .makeOptionMandatory(),
      new Option('--tolerance <s>', 'hoeveel klokken mogen verschillen, in s / how far clocks may differ').argParser(
        whole,
      ),
      new Option('--at <time>', 'alsof het nu dan is / as if it were then').default('now'),
    ],
    act: verify,
  });

async function verify(shell: Shell, [file]: readonly string[], options: VerifyOptions): Promise<void> {
  const body = Buffer.from(await readText(file!, shell.world));
  const headers = headersIn(await readText(options.headers, shell.world));
  const now = shell.time('--at', options.at)!;
  const shared = options.key.filter((key) => key.startsWith('whsec_'));
  const publicKeys = options.key.filter((key) => !key.startsWith('whsec_'));
  const verdict = await verdictOf({ headers, body }, { publicKeys, shared, now, toleranceS: options.tolerance ?? 300 });
  const ok = verdict.kind === 'valid';
  shell.show({
    data: {
      kind: 'WebhookVerdict',
      apiVersion: 'kruispunt/v1',
      ok,
      ...(ok ? { id: verdict.id } : { reason: verdict.reason }),
    },
    lines: [ok ? `✔ ${verdict.id}` : `✘ ${shell.say(reasons[verdict.reason])}`],
    exit: ok ? exits.ok : exits.failed,
  });
}

const reasons = {
  headers: {
    nl: 'webhook-id, -timestamp of -signature ontbreekt',
    en: 'webhook-id, -timestamp or -signature is missing',
  },
  'too-old': { nl: 'te oud: wordt ze opnieuw afgespeeld?', en: 'too old: is it being played again?' },
  'too-new': { nl: 'uit de toekomst: lopen de klokken gelijk?', en: 'from the future: do the clocks agree?' },
  signature: { nl: 'geen van de sleutels past', en: 'none of the keys fits' },
  body: { nl: 'de handtekening klopt, maar dit is geen JSON', en: 'the signature is good, but this is no JSON' },
} as const;

interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
interface Keys {
  readonly publicKeys: readonly string[];
  readonly shared: readonly string[];
  readonly now: number;
  readonly toleranceS: number;
}

async function verdictOf(message: Message, { publicKeys, shared, now, toleranceS }: Keys): Promise<WebhookVerdict> {
  try {
    const verdict = await verifyWebhook(message, { publicKeys, now, toleranceS });
    if (verdict.kind === 'valid' || verdict.reason !== 'signature' || !shared.some((key) => fits(message, key)))
      return verdict;
    return { kind: 'valid', id: message.headers['webhook-id'] ?? '', event: undefined };
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    throw new CliFailure(exits.usage, { nl: `--key: ${thrown.message}`, en: `--key: ${thrown.message}` });
  }
}

/** The symmetric form: HMAC-SHA-256 under the shared secret. */
function fits({ headers, body }: Message, secret: string): boolean {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signed = Buffer.concat([Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`), body]);
  const expected = createHmac('sha256', key).update(signed).digest();
  return (headers['webhook-signature'] ?? '').split(' ').some((one) => {
    const given = Buffer.from(one.replace(/^v1,/, ''), 'base64');
    return one.startsWith('v1,') && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

const headersIn = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(/\r?\n/).flatMap((line) => {
      const [, name, value] = /^([\w-]+):\s*(.*?)\s*$/.exec(line) ?? [];
      return name === undefined ? [] : [[name.toLowerCase(), value]];
    }),
  ) as Record<string, string>;
