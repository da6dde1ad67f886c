import { describe, expect, it } from '@jest/globals';
import { cliBench } from '../cli-bench.kit.js';

const cli = cliBench();

/** The gateways as they answer: `accepted` grows with every look. */
function answers({ difference = 0, accepted = [100, 130] } = {}) {
  let looks = 0;
  const subscription = {
    id: 'S',
    name: 'verhuizingen',
    state: 'active',
    circuit: { kind: 'open' },
    delivered: 7,
    backlog: 4,
    lagS: 61.26,
    difference,
  };
  const total = { matched: 12, delivered: 7, parked: 3, difference, backlog: 4, oldestUndeliveredS: 61.26 };
  cli.gateway.routes['GET /health/ready'] = () => ({ status: 'ready' });
  cli.gateway.routes['GET /v1/flow'] = () => ({
    subscriptions: [subscription],
    total,
    circuits: { closed: 2, probing: 0, open: 1 },
  });
  cli.gateway.routes['GET /v1/replays'] = () => ({ runs: [{}] });
  cli.gateway.routes['GET /metrics'] = () =>
    `# HELP x\nkruispunt_events_accepted_total{type="a"} ${accepted[Math.min(looks++, accepted.length - 1)]}\nother 5\n`;
}

describe('status', () => {
  it('is one screen: accepted, oldest undelivered, parked, circuits, and that the books balance', async () => {
    answers();
    const { code, out, err } = await cli.kruispunt('status');
    expect(code).toBe(0);
    expect(out).toMatch(/oudste niet afgeleverde \(s\) +61\.3/);
    expect(out).toMatch(/circuits +2 closed, 1 open/);
    expect(out).toMatch(/lopende heraflevering +1/);
    expect(out).toContain('✔ 0 verschil: de boeken kloppen');
    expect(out).toMatch(/verhuizingen +active +open/);
    expect(err).toContain('Volgende: kruispunt parked groups');
  });

  it('says aloud when the books do not balance (5)', async () => {
    answers({ difference: 2 });
    const { code, out } = await cli.kruispunt('status', '--lang', 'en');
    expect(code).toBe(5);
    expect(out).toContain('✘ difference of 2');
  });

  it('watched without a terminal is a sentence per change, with the rate since the look before, and no control codes', async () => {
    answers();
    const { code, out } = await cli.kruispunt('status', '--watch', '--count', '3');
    expect(code).toBe(0);
    const sentences = out.trim().split('\n');
    expect(sentences[0]).toContain('aangenomen onbekend per seconde');
    expect(sentences[1]).toMatch(/3 van 3 processen klaar; aangenomen 1\d(\.\d)? per seconde/);
    expect(sentences[2]).toContain('aangenomen 0 per seconde');
    expect(sentences[0]).toMatch(
      /oudste niet afgeleverde 61\.3 seconden; achterstand 4; geparkeerd 3; circuits 2 closed, 1 open; 0 verschil\.$/,
    );
    expect(out).not.toContain('\u001b');
  });

  it('watched as jsonl is one look per line', async () => {
    answers();
    const { out } = await cli.kruispunt('status', '--watch', '--count', '2', '-o', 'jsonl');
    const looks = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { accepted: number; acceptedPerS: number | null });
    expect(looks.map(({ accepted }) => accepted)).toEqual([100, 130]);
    expect(looks[0]!.acceptedPerS).toBeNull();
    expect(looks[1]!.acceptedPerS).toBeGreaterThan(0);
  });
});
