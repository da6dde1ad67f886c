import { describe, expect, it } from '@jest/globals';
import { attr } from './attributes.js';
import { metricCatalogue } from './metric-catalogue.js';
import { openTelemetry } from './open-telemetry.js';

const captured = () => {
  const lines: string[] = [];
  const telemetry = openTelemetry('publish-gateway', { to: { write: (line) => void lines.push(line) } });
  return { ...telemetry, lines };
};

describe('openTelemetry', () => {
  it('writes one JSON line per event with its phrase, level, service and fields', () => {
    const { log, lines } = captured();
    log.info('event accepted', { [attr.eventId]: 'e-1', [attr.partition]: 3 });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      service: 'publish-gateway',
      msg: 'event accepted',
      event_id: 'e-1',
      partition: 3,
    });
  });

  it('never writes a national number, in the phrase, a field or a child', () => {
    const { log, lines } = captured();
    log
      .with({ [attr.reason]: '85.67.30-033.61' })
      .error('failed for 85673003361', { [attr.cause]: new Error('85673003361') });
    expect(lines.join('')).not.toMatch(/85673003361|85\.67\.30-033\.61/);
  });

  it('keeps debug lines to itself', () => {
    const { log, lines } = captured();
    log.debug('partition assigned');
    expect(lines).toEqual([]);
  });

  it('escapes line breaks and control characters, so that nobody can forge a line', () => {
    const { log, lines } = captured();
    log.warn('request refused', { [attr.reason]: 'a\r\n{"level":"info"}\u001b[2J' });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\r\n\u001b]/);
  });

  it('counts, sets and observes what the catalogue names', async () => {
    const { metrics } = captured();
    metrics.add('eventsAccepted', { type: 'x' });
    metrics.add('eventsAccepted', { type: 'x' }, 2);
    metrics.set('conservationDifference', { subscription: 's' }, 0);
    metrics.observe('endToEnd', { subscription: 's' }, 0.2);
    const text = await metrics.text();
    expect(text).toContain('kruispunt_events_accepted_total{type="x"} 3');
    expect(text).toContain('kruispunt_conservation_difference_events{subscription="s"} 0');
    expect(text).toContain('kruispunt_end_to_end_seconds_count{subscription="s"} 1');
    for (const { name } of Object.values(metricCatalogue)) expect(text).toContain(`# HELP ${name} `);
  });

  it('names every metric after its unit and gives every field name once', () => {
    for (const { kind, name } of Object.values(metricCatalogue)) {
      if (kind === 'counter') expect(name).toMatch(/_total$/);
      if (kind === 'histogram') expect(name).toMatch(/_seconds$/);
    }
    expect(new Set(Object.values(attr)).size).toBe(Object.values(attr).length);
  });
});
