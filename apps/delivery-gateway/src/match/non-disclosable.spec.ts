import { describe, expect, it } from '@jest/globals';
import { NonDisclosable, type DisclosureChange } from './non-disclosable.js';

describe('persons whose address may not be told', () => {
  it('are known as the last word says, also when a lower revision shows after a higher one', async () => {
    let rows: readonly DisclosureChange[] = [{ subject: 'a', stands: true, rev: 1 }];
    const hidden = new NonDisclosable({ changedSince: (rev) => Promise.resolve(rows.filter((row) => row.rev > rev)) });
    await hidden.refresh();
    rows = [...rows, { subject: 'c', stands: true, rev: 3 }];
    await hidden.refresh();
    // The transaction that took revision 2 commits only now.
    rows = [...rows, { subject: 'b', stands: true, rev: 2 }];
    await hidden.refresh();
    expect(['a', 'b', 'c', 'd'].map((subject) => hidden.any([subject]))).toEqual([true, true, true, false]);
    rows = [{ subject: 'a', stands: false, rev: 4 }];
    await hidden.refresh();
    expect(hidden.any(['a'])).toBe(false);
    expect(hidden.any(['x', 'b'])).toBe(true);
  });
});
