import { Readable } from 'node:stream';
import {
  csvHeading,
  csvLine,
  markdownHeading,
  markdownRow,
  type ReportHead,
  type VerifiedItem,
} from '@kruispunt/delivery';
import { problem } from '@kruispunt/problem';
import type { ReplayPlan, ReplayRun } from '@kruispunt/postgres';
import type { Verification } from './verify-replay.js';

const iso = (at: number): string => new Date(at).toISOString();

/** A text in pieces of some 64 KiB, sent as it is made; whoever stops listening ends the verification. */
export interface Rendered {
  readonly type: string;
  readonly body: Readable;
}

const formats = ['json', 'csv', 'md'] as const;
type Format = (typeof formats)[number];

/** Throws `invalid-request` for another form. Asked before the run is verified. */
export function reportFormat(asked: string | undefined): Format {
  const format = formats.find((one) => one === (asked ?? 'json'));
  if (format === undefined) throw problem('invalid-request', { at: 'format', reason: 'expected json, csv or md' });
  return format;
}

/** The report of a run, in the form asked. */
export function renderReport(plan: ReplayPlan, run: ReplayRun, verification: Verification, format: Format): Rendered {
  const head = headOf(plan, run);
  switch (format) {
    case 'json': {
      const facts = { kind: 'ReplayReport', apiVersion: 'kruispunt/v1', ...head, state: run.state };
      return { type: 'application/json', body: textOf(jsonPieces(facts, verification)) };
    }
    case 'csv':
      return {
        type: 'text/csv; charset=utf-8',
        body: textOf(pieces(csvHeading, verification.items(), csvLine)),
      };
    case 'md':
      return {
        type: 'text/markdown; charset=utf-8',
        body: textOf(pieces(markdownHeading(head, verification), verification.items(), markdownRow)),
      };
    default:
      return format satisfies never;
  }
}

/** The verification itself as JSON; `onlyFaults`: of its items, those that disagree. */
export function renderVerification(run: ReplayRun, verification: Verification, onlyFaults: boolean): Rendered {
  const { id, plan, state } = run;
  const facts = { kind: 'ReplayVerification', apiVersion: 'kruispunt/v1', run: id, plan, state };
  return { type: 'application/json', body: textOf(jsonPieces(facts, verification, onlyFaults)) };
}

const headOf = (plan: ReplayPlan, run: ReplayRun): ReportHead => ({
  run: run.id,
  plan: plan.id,
  digest: plan.digest,
  subscription: plan.subscription,
  intent: plan.request.intent,
  reason: plan.request.reason,
  ticket: plan.request.ticket ?? null,
  requestedBy: plan.requestedBy,
  approvedBy: plan.decidedBy,
  startedBy: run.startedBy,
  startedAt: iso(run.startedAt),
  endedAt: run.endedAt === null ? null : iso(run.endedAt),
});

/** One object: the facts and the result first, then the items, the first lines outside the plan beside them. */
async function* jsonPieces(facts: object, verification: Verification, onlyFaults = false): AsyncGenerator<string> {
  const { ok, delivered, failed, skipped, faults, outside: outsideCount, strangers: outside } = verification;
  const result = { ...facts, ok, delivered, failed, skipped, faults, outsideCount, outside };
  yield `${JSON.stringify(result).slice(0, -1)},"items":[`;
  let before = '';
  for await (const item of verification.items()) {
    if (onlyFaults && item.fault === undefined) continue;
    yield before + JSON.stringify(item);
    before = ',';
  }
  yield ']}';
}

async function* pieces(
  heading: string,
  items: AsyncIterable<VerifiedItem>,
  line: (item: VerifiedItem) => string,
): AsyncGenerator<string> {
  yield heading;
  for await (const item of items) yield line(item);
}

const pieceMax = 65_536;

/** Small texts gathered: one write per item would cost more than the item. */
function textOf(texts: AsyncIterable<string>): Readable {
  const gathered = async function* () {
    let piece = '';
    for await (const text of texts) {
      piece += text;
      if (piece.length < pieceMax) continue;
      yield piece;
      piece = '';
    }
    yield piece;
  };
  return Readable.from(gathered());
}
