import { describe, expect, it } from '@jest/globals';
import { InMemoryAuditTrail } from '@kruispunt/audit';
import { VirtualClock } from '@kruispunt/clock';
import type { Caller } from '@kruispunt/policy';
import { problem } from '@kruispunt/problem';
import { Metrics, openLog } from '@kruispunt/telemetry';
import type { Verdict } from './accept.js';
import { Witness } from './witness.js';

const caller: Caller = { organisation: 'urn:be:kbo:0999990024', nis: [], scopes: [], subject: 'burgerzaken' };
const event = { id: 'e-1', source: 's', type: 'be.x.v1' };
const accepted: Verdict = {
  kind: 'accepted',
  receipt: {
    eventId: 'e-2',
    source: 's',
    type: 'be.x.v1',
    topic: 't',
    partition: 0,
    offset: 1,
    valueSha256: '',
    acceptedAt: '',
    org: '',
  },
};
const foreign: Verdict = {
  kind: 'refused',
  because: problem('foreign-territory', { nis: '11002' }),
  event,
  rule: 'territory',
};
const broken: Verdict = { kind: 'refused', because: problem('schema-mismatch', { at: '/secret' }) };

const witness = () => {
  const lines: string[] = [];
  const log = openLog({ service: 's', version: '1', to: { write: (line: string) => void lines.push(line) } });
  const metrics = new Metrics('s', '1');
  const audit = new InMemoryAuditTrail();
  return { witness: new Witness({ log, metrics, audit, clock: new VirtualClock(7) }), lines, metrics, audit };
};

describe('the witness of publishing', () => {
  it('writes one line per refusal and one for all that was accepted, and no place in a payload', () => {
    const { witness: w, lines } = witness();
    w.tell(caller, { mode: 'batch', verdicts: [accepted, foreign, accepted, broken] }, 12);
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      {
        msg: 'event refused',
        problem: 'foreign-territory',
        org: caller.organisation,
        event_type: 'be.x.v1',
        rule: 'territory',
      },
      { msg: 'event refused', problem: 'schema-mismatch', org: caller.organisation },
      { msg: 'events accepted', org: caller.organisation, count: 2, duration_ms: 12 },
    ]);
    expect(lines.join()).not.toContain('/secret');
  });

  it('puts what policy refused into the audit trail, and only that', async () => {
    const { witness: w, audit } = witness();
    w.tell(caller, { mode: 'batch', verdicts: [accepted, foreign, broken] }, 1);
    await Promise.resolve();
    expect(audit.lines).toEqual([
      expect.objectContaining({
        kind: 'refusal',
        at: 7,
        action: 'publish',
        organisation: caller.organisation,
        user: 'burgerzaken',
        outcome: 'foreign-territory',
        status: 403,
        rule: 'territory',
        event,
      }),
    ]);
  });

  it('counts a refusal inside a batch; a single one is counted where it is thrown', async () => {
    const { witness: w, metrics } = witness();
    w.tell(caller, { mode: 'batch', verdicts: [accepted, foreign] }, 1);
    w.tell(caller, { mode: 'structured', verdicts: [foreign] }, 1);
    const text = await metrics.text();
    expect(text).toMatch(/kruispunt_events_accepted_total\{type="be\.x\.v1"\} 1/);
    expect(text).toMatch(/kruispunt_events_refused_total\{reason="foreign-territory"\} 1/);
  });
});
