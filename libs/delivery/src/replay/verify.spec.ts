import { describe, expect, it } from '@jest/globals';
import { csvHeading, csvLine, markdownHeading, markdownRow } from './report.js';
import { verifyItem, Verifying, type After, type Evidence, type RunItem } from './verify.js';

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
const verified = (items: RunItem[], evidence: Evidence[], after: After = 'settled') =>
  items.map((one) =>
    verifyItem(
      one,
      evidence.filter(({ id, source }) => id === one.id && source === one.source),
      after,
    ),
  );
const faults = (...all: Parameters<typeof verified>) => verified(...all).map((i) => i.fault);
const verdictOf = (...all: Parameters<typeof verified>) => {
  const verifying = new Verifying();
  for (const one of verified(...all)) verifying.take(one);
  return verifying.end(all[1].length);
};

describe('verifying a run', () => {
  it('believes a delivery that the audit trail holds and that left the parked ones', () => {
    expect(verified([item(1)], [line(1)])).toMatchObject([{ after: 'settled', evidence: ['w-0/1'] }]);
    expect(verdictOf([item(1)], [line(1)])).toEqual({
      ok: true,
      delivered: 1,
      failed: 0,
      skipped: 0,
      faults: 0,
      outside: 0,
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
    const stranger = { ...line(1), source: 'urn:other' };
    expect(verdictOf([item(1)], [line(1), stranger])).toMatchObject({ ok: false, faults: 0, outside: 1 });
  });

  it('counts the lines of an event that is two items once, so that no stranger hides behind them', () => {
    const twice = [item(1), { ...item(1), n: 2 }];
    expect(verdictOf(twice, [line(1)])).toMatchObject({ ok: true, delivered: 2, outside: 0 });
    expect(verdictOf(twice, [line(1), line(3)])).toMatchObject({ ok: false, outside: 1 });
  });
});

describe('a report', () => {
  const items = [item(1, { id: '=cmd|"x"', reason: 'a,b' })];
  const [one] = verified(items, []);
  const verdict = verdictOf(items, []);
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
    expect(csvHeading).toBe('n,id,source,type,before,state,reason,after,evidence,fault\r\n');
    expect(csvLine(one!)).toBe(`1,"'=cmd|""x""",urn:s,t,parked,delivered,"a,b",settled,,no-audit-line\r\n`);
  });

  it('as markdown keeps its tables whole', () => {
    expect(markdownHeading(head, verdict)).toContain('| reason | a \\| b |');
    expect(markdownHeading(head, verdict)).toContain('1 items disagree');
    expect(markdownHeading(head, verdict) + markdownRow(one!)).toMatch(/\|---\|\n\| 1 \| =cmd\\\|"x" \|.* \|\n$/);
  });
});
