// A chain runner by hand: one event, one transaction. The same pure machine, the same Postgres, the same log for what it publishes; it
// keeps state, history and outbox and nothing else: no fence, inbox, correlation, timers' own rows, terms, tasks or early events.
import { canonical, transition } from '@kruispunt/chain-engine';
import { eventTypeOf, ev } from '@kruispunt/contracts';
import { toRecord } from '@kruispunt/event';

const tables = `
  create table if not exists naive_instance (id text primary key, state jsonb not null);
  create table if not exists naive_history (id text, rev int, body jsonb not null, primary key (id, rev));
  create table if not exists naive_outbox (event uuid primary key, body jsonb not null);`;

/** `topic`: where it publishes, so that nobody else works on what it says. */
export async function openRival({ database, log, schemaIds, definition, topic }) {
  for (const text of tables.split(';').filter((t) => t.trim()))
    await database.query({ name: `naive-${text.split(' ')[7]}`, text });

  /** Reads, decides, writes, commits, publishes, forgets: for one event of one instance. */
  async function take(instance, input) {
    const effects = await database.transaction(async (tx) => {
      const [found] = await tx.query({
        name: 'naive-load',
        text: 'select state from naive_instance where id = $1 for update',
        values: [instance],
      });
      const step = transition(definition, found?.state, input, Date.now());
      if (!step) return [];
      await tx.query({
        name: 'naive-save',
        text: 'insert into naive_instance values ($1, $2) on conflict (id) do update set state = excluded.state',
        values: [instance, JSON.stringify(step.state)],
      });
      for (const effect of step.effects) {
        if (effect.kind === 'history')
          await tx.query({
            name: 'naive-history',
            text: 'insert into naive_history values ($1, $2, $3)',
            values: [instance, step.state.rev, canonical(effect.row)],
          });
        if (effect.kind === 'publish')
          await tx.query({
            name: 'naive-outbox',
            text: 'insert into naive_outbox values ($1, $2)',
            values: [effect.publication.id, JSON.stringify(effect.publication)],
          });
      }
      return step.effects;
    });
    const publications = effects.flatMap((effect) => (effect.kind === 'publish' ? [effect.publication] : []));
    if (publications.length === 0) return publications;
    await log.append(publications.map((publication) => ({ ...recordOf(publication, schemaIds), topic })));
    await database.query({
      name: 'naive-sent',
      text: 'delete from naive_outbox where event = any($1)',
      values: [publications.map(({ id }) => id)],
    });
    return publications;
  }
  return { take };
}

function recordOf({ id, type, subject, data }, schemaIds) {
  const contract = ev[type] ?? eventTypeOf(type);
  return toRecord(
    {
      specversion: '1.0',
      id,
      source: 'urn:kruispunt:bench',
      type: contract.type,
      subject,
      time: new Date().toISOString(),
      data,
    },
    contract,
    schemaIds,
  );
}
