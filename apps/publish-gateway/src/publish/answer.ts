import { setImmediate } from 'node:timers/promises';
import { toProblemJson } from '@kruispunt/problem';
import type { Receipt } from '../receipt/receipt.js';
import type { Accepted, Verdict } from './accept.js';

/** A receipt as it is sent: its words in the clear, and the signed form that counts. */
export type SignedReceipt = Receipt & { readonly receipt: string };

export interface Answer {
  /** 202: every event is in the log. 207: look at each result. */
  readonly status: 202 | 207;
  readonly body: SignedReceipt | { readonly results: readonly Record<string, unknown>[] };
}

export interface AnswerParts {
  sign(receipt: Receipt): string;
  readonly language: 'nl' | 'en';
}

// A signature takes 46 µs: after this many, others get their turn.
const signaturesPerTurn = 50;

/** The answer to a request. The refusal of a single event is thrown as its Problem; in a batch each event has its own status. */
export async function answerOf({ mode, verdicts }: Accepted, { sign, language }: AnswerParts): Promise<Answer> {
  const one = verdicts[0];
  if (mode !== 'batch' && one !== undefined) {
    if (one.kind === 'refused') throw one.because;
    return { status: 202, body: { ...one.receipt, receipt: sign(one.receipt) } };
  }
  const results: Record<string, unknown>[] = [];
  for (const verdict of verdicts) {
    if (results.length % signaturesPerTurn === signaturesPerTurn - 1) await setImmediate();
    results.push(resultOf(verdict, sign, language));
  }
  return { status: verdicts.every(({ kind }) => kind === 'accepted') ? 202 : 207, body: { results } };
}

const resultOf = (verdict: Verdict, sign: AnswerParts['sign'], language: 'nl' | 'en'): Record<string, unknown> =>
  verdict.kind === 'accepted'
    ? { status: 202, ...verdict.receipt, receipt: sign(verdict.receipt) }
    : { status: verdict.because.status, problem: toProblemJson(verdict.because, language) };
