-- What operators ask of chains (chain-engine.md §1.8). An order is written here, and the owner of each partition carries out its items
-- inside the partition transaction: nobody else writes to an instance. `mandate`: actor, organisation, role, reason, legal basis.
create table chain_op (
  id      uuid        primary key,              -- given by who asks: the same id twice is the same order
  verb    text        not null,
  args    jsonb       not null,
  scope   jsonb       not null,
  mandate jsonb       not null,
  digest  text        not null,                 -- SHA-256 of verb, args, scope and the number of items: what an approval is bound to
  state   text        not null,                 -- PROPOSED, RUNNING, DONE, REJECTED
  items   int         not null,
  asked   timestamptz not null,
  second  text,                                 -- who decided beside who asked
  decided timestamptz,
  done    timestamptz
);
create index chain_op_running on chain_op (id) where state = 'RUNNING';
create index chain_op_recent on chain_op (asked desc);

-- One row per thing an order touches, before and after: the audit row of each term of a decree. `target`: the token of a term, or ''.
create table chain_op_item (
  op      uuid        not null,
  part    smallint    not null,
  id      uuid        not null,                 -- the instance; nil: the partition itself
  target  text        not null default '',
  state   text        not null default 'WAITING',  -- WAITING, DONE, REFUSED, FAILED
  because text,
  before  jsonb,
  after   jsonb,
  at      timestamptz,
  primary key (op, part, id, target)
) with (fillfactor = 70);
create index chain_op_item_todo on chain_op_item (op, part, id) where state = 'WAITING';

-- What stands still by an operator's word, per partition, written by its owner. `kind`: instance, chain, node (chain/node), participant
-- (beginning of a source) or partition (key '').
create table chain_pause (
  part  smallint    not null,
  kind  text        not null,
  key   text        not null,
  op    uuid        not null,
  since timestamptz not null,
  primary key (part, kind, key)
);

alter table chain_incident add column attempts int not null default 1;
alter table chain_incident add column outcome text;   -- how it was closed: applied, resolved, edited, discarded
alter table chain_incident add column op uuid;        -- by which order
