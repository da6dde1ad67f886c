import { describe, expect, it } from '@jest/globals';
import { reportCsv, reportMarkdown } from './report.js';
import { verifyRun, type After, type Evidence, type RunItem } from './verify.js';

const item = (n: number, over: Partial<RunItem> = {}): RunItem => ({
  n,
  id: `e-${n}`,
  source: 'urn:s',
  type: 't',
  before: 'parked',
  state: 'delivered',
  ...over,
});
const line = (n: number, delivered = true): Evidence => ({
  reference: `w-0/${n}`,
  id: `e-${n}`,
  source: 'urn:s',
  delivered,
});
const faults = (items: RunItem[], evidence: Evidence[], after: After = 'settled') =>
  verifyRun(items, evidence, () => after).items.map((i) => i.fault);

describe('verifying a run', () => {
  it('believes a delivery that the audit trail holds and that left the parked ones', () => {
    expect(verifyRun([item(1)], [line(1)], () => 'settled')).toMatchObject({
      ok: true,
      delivered: 1,
      faults: 0,
      items: [{ evidence: ['w-0/1'] }],
    });
  });

  it('believes no counter of the run itself', () => {
    expect(faults([item(1)], [])).toEqual(['no-audit-line']);
    expect(faults([item(1)], [line(1, false)])).toEqual(['no-audit-line']);
    expect(faults([item(1)], [line(1)], 'parked')).toEqual(['still-parked']);
    expect(faults([item(1, { state: 'failed' })], [line(1)], 'parked')).toEqual(['audit-says-delivered']);
    expect(faults([item(1, { state: 'failed' })], [], 'parked')).toEqual(['no-audit-line']);
    expect(faults([item(1, { state: 'failed' })], [line(1, false)], 'settled')).toEqual(['left-parked']);
    expect(faults([item(1, { state: 'skipped', reason: 'waiting' })], [line(1, false)])).toEqual([
      'audit-says-attempted',
    ]);
    expect(faults([item(1, { state: 'queued' }), item(2, { state: 'sending' })], [])).toEqual([
      'unfinished',
      'unfinished',
    ]);
  });

  it('finds what was sent outside the frozen set, also under the id of another source', () => {
    const verdict = verifyRun([item(1)], [line(1), { ...line(1), source: 'urn:other' }], () => 'settled');
    expect(verdict).toMatchObject({ ok: false, faults: 0, outside: [{ source: 'urn:other' }] });
  });
});

describe('a report', () => {
  const verdict = verifyRun([item(1, { id: '=cmd|"x"', reason: 'a,b' })], [], () => 'settled');
  const head = {
    run: 'R-1',
    plan: 'RP-1',
    digest: 'ab',
    subscription: 'S',
    intent: 'failed',
    reason: 'a | b',
    ticket: null,
    requestedBy: 'an',
    approvedBy: 'bo',
    startedBy: 'an',
    startedAt: '2026-11-24T09:00:00Z',
    endedAt: null,
  };

  it('as csv holds one line per item, and no formula', () => {
    expect(reportCsv(verdict).split('\r\n')[1]).toBe(
      `1,"'=cmd|""x""",urn:s,t,parked,delivered,"a,b",settled,,no-audit-line`,
    );
  });

  it('as markdown keeps its tables whole', () => {
    expect(reportMarkdown(head, verdict)).toContain('| reason | a \\| b |');
    expect(reportMarkdown(head, verdict)).toContain('1 items disagree');
  });
});
