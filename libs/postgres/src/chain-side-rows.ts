import { dueDate } from '@kruispunt/term';
import type { BatchResult } from '@kruispunt/chain-engine';
import { jsonText } from './chain-row.js';
import { fingerprint } from './fingerprint.js';
import type { Queryable } from './statement.js';

/** Running and ended terms, for lists and decrees: the newest word per term. */
export async function writeTerms(tx: Queryable, part: number, terms: BatchResult['terms']): Promise<void> {
  if (terms.length === 0) return;
  await tx.query({
    name: 'chain-terms',
    text: `insert into chain_term (part, id, token, rule, version, anchor, node, state, due, ledger)
           select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::date[], $7::text[], $8::text[], $9::date[], $10::jsonb[])
           on conflict (part, id, token, rule, anchor) do update set version = excluded.version, node = excluded.node, state = excluded.state,
                  due = excluded.due, ledger = excluded.ledger`,
    values: [
      part,
      terms.map((t) => t.instance),
      terms.map((t) => t.token),
      terms.map((t) => t.term.rule),
      terms.map((t) => t.term.version),
      terms.map((t) => t.term.anchor),
      terms.map((t) => t.node),
      terms.map((t) => t.state),
      terms.map((t) => dueDate(t.term) ?? null),
      terms.map((t) => jsonText(t.term.ledger)),
    ],
  });
}

/** Tasks that were opened or closed. */
export async function writeTasks(tx: Queryable, part: number, tasks: BatchResult['tasks'], now: number): Promise<void> {
  if (tasks.length === 0) return;
  await tx.query({
    name: 'chain-tasks',
    text: `insert into chain_task (part, task, id, name, role, reden, due, opened, closed)
           select $1, * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::date[], $8::timestamptz[], $9::timestamptz[])
           on conflict (part, task) do update set closed = excluded.closed, role = excluded.role`,
    values: [
      part,
      tasks.map((t) => t.task.id),
      tasks.map((t) => t.instance),
      tasks.map((t) => t.name),
      tasks.map((t) => t.task.role),
      tasks.map((t) => t.task.reden),
      tasks.map((t) => t.task.dueOn ?? null),
      tasks.map((t) => new Date(t.task.openedAt)),
      tasks.map((t) => (t.open ? null : new Date(now))),
    ],
  });
}

/** Inputs that could not be applied, and what stands behind them. One that was tried again keeps its number; an operator's act is in its order. */
export async function writeIncidents(
  tx: Queryable,
  part: number,
  incidents: BatchResult['incidents'],
  now: number,
): Promise<void> {
  await openIncidents(
    tx,
    part,
    incidents.filter((i) => i.item.incident === undefined && i.item.input.kind !== 'op'),
    now,
  );
  const again = incidents.filter((i) => i.item.incident !== undefined && !i.behind);
  if (again.length === 0) return;
  await tx.query({
    name: 'chain-incidents-again',
    text: `update chain_incident c set fingerprint = n.fingerprint, error = n.error, behind = false, attempts = c.attempts + 1
             from unnest($2::bigint[], $3::bytea[], $4::text[]) as n (n, fingerprint, error) where c.part = $1 and c.n = n.n`,
    values: [
      part,
      again.map((i) => i.item.incident),
      again.map((i) => fingerprint(i.item.chain, i.item.input, i.error)),
      again.map((i) => i.error),
    ],
  });
}

async function openIncidents(
  tx: Queryable,
  part: number,
  incidents: BatchResult['incidents'],
  now: number,
): Promise<void> {
  if (incidents.length === 0) return;
  await tx.query({
    name: 'chain-incidents',
    text: `insert into chain_incident (part, id, chain, fingerprint, error, input, behind, opened)
           select $1, i.*, $8 from unnest($2::uuid[], $3::text[], $4::bytea[], $5::text[], $6::jsonb[], $7::boolean[]) as i`,
    values: [
      part,
      incidents.map((i) => i.item.instance),
      incidents.map((i) => i.item.chain),
      incidents.map((i) => fingerprint(i.item.chain, i.item.input, i.error)),
      incidents.map((i) => i.error),
      incidents.map((i) => jsonText(i.item.input)),
      incidents.map((i) => i.behind),
      new Date(now),
    ],
  });
}
