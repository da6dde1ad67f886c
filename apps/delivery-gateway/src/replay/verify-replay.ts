import { verifyItem, Verifying, type Evidence, type Verdict, type VerifiedItem } from '@kruispunt/delivery';
import type { EvidencedItem, ReplayRun } from '@kruispunt/postgres';
import { problem } from '@kruispunt/problem';
import { ev } from '@kruispunt/contracts';
import { auditedDeliveries, deliveredOutcome } from './audit-evidence.js';
import type { ReplayParts } from './replay-parts.js';

/** What stands in memory: a page of items, a batch of audit lines. */
const pages = { items: 2_000, lines: 5_000 };
/** Verifications of this process at once: each reads the trail as fast as it can. */
const verifyingMax = 4;
/** Lines outside the plan that are shown; all of them are counted. */
const outsideMax = 1_000;

/** What a verification found. Its items are read when they are asked for, page by page, and with the last of them it is over. */
export interface Verification extends Verdict {
  /** The first lines about events that are not in the plan. */
  readonly strangers: readonly Evidence[];
  items(): AsyncGenerator<VerifiedItem>;
  /** For who does not read the items to their end. */
  close(): Promise<void>;
}

/**
 * Checks a run against the audit trail and the stores, as they are now; reads everything again, trusts no counter. In memory stand one
 * page of items and one batch of lines, however many there are. Slugs: `too-many-requests`, `log-unavailable`, `store-unavailable`.
 */
export async function verifyReplay(
  parts: ReplayParts,
  run: ReplayRun,
  { items: itemsPerPage, lines: linesPerWrite } = pages,
): Promise<Verification> {
  if (parts.verifying.size >= verifyingMax)
    throw problem('too-many-requests', { reason: `${verifyingMax} runs are being verified; try again in a moment` });
  const id = parts.ambient.random.uuid();
  parts.verifying.add(id);
  const close = async () => {
    if (parts.verifying.delete(id)) await parts.stores.evidence.drop(id);
  };
  try {
    const lines = await keepEvidence(parts, run, { verification: id, linesPerWrite });
    const all = () => verifiedItems(parts, run, { verification: id, itemsPerPage });
    const verifying = new Verifying();
    for await (const item of all()) verifying.take(item);
    const verdict = verifying.end(lines);
    const strangers = verdict.outside === 0 ? [] : await parts.stores.evidence.outside(id, run.plan, outsideMax);
    const items = async function* () {
      try {
        yield* all();
      } finally {
        await close();
      }
    };
    return { ...verdict, strangers, items, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** The lines of the audit trail that name this run, put where they can be joined with its items. Answers how many. */
async function keepEvidence(
  parts: ReplayParts,
  run: ReplayRun,
  { verification, linesPerWrite }: { readonly verification: string; readonly linesPerWrite: number },
): Promise<number> {
  const { partition, offset } = run.auditFrom;
  const audit = await parts.log.admin.offsets(ev.AuditGeregistreerdV1.topic);
  const to = audit.find((p) => p.partition === partition)?.next ?? offset;
  let kept = 0;
  let batch: Evidence[] = [];
  const keep = async () => {
    await parts.stores.evidence.add(verification, kept, batch, parts.ambient.clock.now());
    kept += batch.length;
    batch = [];
  };
  for await (const line of auditedDeliveries(parts.log, run.subscription, { partition, from: offset, to })) {
    if (line.replay !== run.id) continue;
    const { reference, id, source } = line;
    batch.push({ reference, id, source, delivered: line.kind === 'outcome' && line.outcome === deliveredOutcome });
    if (batch.length >= linesPerWrite) await keep();
  }
  await keep();
  return kept;
}

async function* verifiedItems(
  parts: ReplayParts,
  run: ReplayRun,
  { verification, itemsPerPage }: { readonly verification: string; readonly itemsPerPage: number },
): AsyncGenerator<VerifiedItem> {
  for (let after = 0; ;) {
    const page = await parts.stores.evidence.items(verification, run, { after, limit: itemsPerPage });
    for (const item of page) yield verified(item);
    if (page.length < itemsPerPage) return;
    after = page.at(-1)!.n;
  }
}

function verified({ references, delivered, after, reason, ...item }: EvidencedItem): VerifiedItem {
  const { id, source } = item;
  const lines = references.map((reference, i) => ({ reference, id, source, delivered: delivered[i]! }));
  return verifyItem({ ...item, ...(reason !== null && { reason }) }, lines, after);
}
