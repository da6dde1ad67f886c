-- The chain integrator's state (chain-engine.md §1.2). `part` is the partition of be.vlaanderen.keten.in.v1 that owns the instance:
-- every key of the hot path begins with it, so that the tables can be split by it. Written only inside the partition transaction.
create table chain_instance (
  part       smallint    not null,
  id         uuid        not null,
  chain      text        not null,
  version    int         not null,
  definition bytea       not null,             -- SHA-256 of the outline it is pinned to
  status     text        not null,             -- OPEN, ENDED
  toestand   text        not null,             -- the legal state
  dossier    text        not null,
  gemeente   text,
  rev        int         not null,
  seq        int         not null,
  gen        int         not null,
  work       jsonb       not null,             -- tokens, timers, terms, tasks, keys, published ids
  vars       jsonb       not null,
  head       bytea       not null,             -- hash of the last history row
  started    timestamptz not null,
  updated    timestamptz not null,
  primary key (part, id)
) with (fillfactor = 75);
create index chain_instance_dossier on chain_instance (dossier);
create index chain_instance_recent on chain_instance (updated desc);

-- Which instances answer to a key: 128 bits of a hash, one column to search on (a composite one was planned badly), nothing personal.
create table chain_correlation (
  ck   uuid     not null,
  part smallint not null,
  id   uuid     not null,
  primary key (ck, part, id)
);
create index chain_correlation_instance on chain_correlation (part, id);

-- Events that came before those they concern. `park`: nobody at all answered; waits for its instance, and for a person after the policy
-- age. `offer`: has been handled, and is kept for instances that were started before it and committed after it, until the watermark
-- has passed; one per key and started instance, so that repetition does not add up.
create table chain_parked (
  ck       uuid        not null,
  token    uuid        not null,               -- park: 128 bits of the hash of source and id; offer: the instance it started
  kind     text        not null,
  chain    text        not null,
  received timestamptz not null,
  told     timestamptz,
  headers  jsonb       not null,
  value    bytea       not null,
  primary key (ck, token)
);
create index chain_parked_token on chain_parked (token);
create index chain_parked_received on chain_parked (kind, received);

-- One row per input of an instance, linked by hash. Enough to fold the state again (I15). A table of its own per stretch of time can
-- be put beside it later (attach partition), without a rewrite.
create table chain_history (
  part  smallint    not null,
  id    uuid        not null,
  seq   int         not null,
  at    timestamptz not null,
  event uuid,                                  -- 128 bits of the hash of source and id; null for a timer or a verb
  data  jsonb       not null,                  -- input, verdict, from, to, toestand, published
  prev  bytea       not null,
  hash  bytea       not null,
  primary key (part, id, seq)
);

-- Terms, for lists and for decrees; the truth is the ledger in the instance, of which this is written in the same transaction.
create table chain_term (
  part    smallint not null,
  id      uuid     not null,
  token   text     not null,
  rule    text     not null,
  version text     not null,
  anchor  date     not null,
  node    text     not null,
  state   text     not null,
  due     date,
  ledger  jsonb    not null,
  primary key (part, id, token, rule, anchor)
);
create index chain_term_running on chain_term (rule, due) where state in ('running', 'suspended');

create table chain_timer (
  part   smallint    not null,
  id     uuid        not null,
  name   text        not null,
  due    timestamptz not null,
  gen    int         not null,
  primary key (part, id, name)
);
create index chain_timer_due on chain_timer (part, due);

create table chain_task (
  part    smallint    not null,
  task    uuid        not null,
  id      uuid        not null,
  name    text        not null,
  role    text        not null,
  reden   text        not null,
  due     date,
  opened  timestamptz not null,
  closed  timestamptz,
  primary key (part, task)
);
create index chain_task_open on chain_task (role, due) where closed is null;

-- Inputs that could not be applied, and what stands behind them: a bug holds one instance and never a partition.
create table chain_incident (
  part        smallint    not null,
  n           bigint      generated always as identity,
  id          uuid,                            -- null: an early event that nobody claimed
  chain       text        not null,
  fingerprint bytea       not null,
  error       text        not null,
  input       jsonb       not null,
  behind      boolean     not null,
  opened      timestamptz not null,
  closed      timestamptz,
  primary key (part, n)
);
create index chain_incident_open on chain_incident (part, id) where closed is null;

-- Every definition that this installation has run. A start refuses when an open instance is pinned to one that the build lacks.
create table chain_definition (
  hash    bytea       primary key,
  chain   text        not null,
  version int         not null,
  outline jsonb       not null,
  seen    timestamptz not null default now(),
  unique (chain, version)
);

-- Up to which offset everything of an intake partition stands in keten.in: what the watermark of the timers is read from.
create table chain_routed (
  topic text   not null,
  part  int    not null,
  next  bigint not null,
  primary key (topic, part)
);

-- How far the proving ground's clock was moved. Never written in production.
create table chain_clock (
  one       boolean primary key default true check (one),
  offset_ms bigint  not null
);
