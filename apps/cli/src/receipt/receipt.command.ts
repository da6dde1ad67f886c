import { Option, type Command } from 'commander';
import { verifyReceipt, type Receipt } from '@kruispunt/sdk';
import { CliFailure, exits, type Exit } from '../failure.js';
import type { IndexPage } from '../event/index-page.js';
import { leaf, type Tree } from '../leaf.js';
import { readText } from '../read-text.js';
import type { Shell } from '../shell.js';
import { tableLines } from '../table.js';

interface VerifyOptions {
  readonly jwks?: string;
  readonly offline?: boolean;
}
type KeySet = Exclude<Parameters<typeof verifyReceipt>[1], URL>;

/** What was found of one receipt. `log`: does the log hold these bytes there, as the index read it. */
interface Finding {
  readonly eventId: string | null;
  readonly position: string | null;
  readonly signature: 'valid' | 'signature' | 'unknown-key' | 'malformed';
  readonly log: 'same' | 'differs' | 'not-found' | 'not-asked';
}

/** `kruispunt receipt verify`: is it ours and unaltered, and does the log hold what it says? */
export const receiptCommands = (receipt: Command, tree: Tree): void =>
  leaf<VerifyOptions>(receipt, tree, {
    usage: 'verify <file>',
    about: {
      nl: 'toetst een ontvangstbewijs: handtekening, en plaats in het log',
      en: 'checks a receipt: signature, and place in the log',
    },
    example: 'kruispunt receipt verify ontvangstbewijs.json',
    options: [
      new Option('--jwks <file>', 'bewaarde sleutels; dan zonder net / kept keys; then without a network'),
      new Option('--offline', 'alleen de handtekening / the signature only'),
    ],
    act: verify,
  });

async function verify(shell: Shell, [file]: readonly string[], options: VerifyOptions): Promise<void> {
  const signed = receiptsIn(await readText(file!, shell.world), file!);
  const keys =
    options.jwks === undefined
      ? await shell.gateway('publishGateway').get<KeySet>('/.well-known/jwks.json')
      : (JSON.parse(await readText(options.jwks, shell.world)) as KeySet);
  const offline = options.offline === true || options.jwks !== undefined;
  const findings = await Promise.all(signed.map((jws) => findingOf(shell, jws, { keys, offline })));
  const mark = (f: Finding) => (good(f) ? '✔' : '✘');
  shell.show({
    data: { kind: 'ReceiptVerification', apiVersion: 'kruispunt/v1', ok: findings.every(good), findings },
    list: findings,
    lines: tableLines({
      columns: ['', 'event', 'signature', 'log', 'position'],
      rows: findings.map((f) => [mark(f), f.eventId, f.signature, f.log, f.position]),
    }),
    ...(findings[0]?.eventId != null && { next: `kruispunt event trace ${findings[0].eventId}` }),
    exit: exitOf(findings),
  });
}

const good = (f: Finding): boolean => f.signature === 'valid' && (f.log === 'same' || f.log === 'not-asked');

function exitOf(findings: readonly Finding[]): Exit {
  const right = findings.filter(good).length;
  return right === findings.length ? exits.ok : right === 0 ? exits.failed : exits.partial;
}

async function findingOf(
  shell: Shell,
  jws: string,
  how: { readonly keys: KeySet; readonly offline: boolean },
): Promise<Finding> {
  const verdict = await verifyReceipt(jws, how.keys);
  if (verdict.kind === 'invalid') return { eventId: null, position: null, signature: verdict.reason, log: 'not-asked' };
  const { receipt } = verdict;
  const position = `${receipt.topic}/${receipt.partition}/${receipt.offset}`;
  return {
    eventId: receipt.eventId,
    position,
    signature: 'valid',
    log: how.offline ? 'not-asked' : await inTheLog(shell, receipt),
  };
}

/** The index is filled from the log itself: the digest it holds is of the bytes that stand there. */
async function inTheLog(shell: Shell, receipt: Receipt): Promise<Finding['log']> {
  const { events } = await shell
    .gateway('publishGateway')
    .get<IndexPage>('/v1/index', { id: receipt.eventId, source: receipt.source });
  const there = events.find(
    (e) => e.topic === receipt.topic && e.partition === receipt.partition && e.offset === receipt.offset,
  );
  if (there === undefined) return 'not-found';
  return there.valueSha256 === receipt.valueSha256 && there.type === receipt.type ? 'same' : 'differs';
}

/** A compact JWS alone, one answer of the gateway, the results of a batch, or lines of them. */
function receiptsIn(text: string, file: string): readonly string[] {
  const whole = text.trim();
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(whole)) return [whole];
  const found = jsonsIn(whole).flatMap(signedIn);
  if (found.length > 0) return found;
  throw new CliFailure(exits.usage, { nl: `${file} bevat geen ontvangstbewijs`, en: `${file} holds no receipt` });
}

function jsonsIn(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    // Not one JSON text: perhaps one per line.
  }
  try {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as unknown);
  } catch {
    return [];
  }
}

function signedIn(json: unknown): readonly string[] {
  if (Array.isArray(json)) return json.flatMap(signedIn);
  if (typeof json !== 'object' || json === null) return [];
  const { receipt, results } = json as { receipt?: unknown; results?: unknown };
  return typeof receipt === 'string' ? [receipt] : signedIn(results);
}
