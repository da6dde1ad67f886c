-- One day of history of one partition under one root (issue 6, evidence). The root stands in the log as well, where nobody can change it;
-- `leaves` (16 bytes instance, 4 bytes number, 32 bytes hash, per row in that order) is what lets a changed row be named.
create table chain_seal (
  part   smallint    not null,
  day    date        not null,   -- in Brussels
  rows   bigint      not null,
  root   bytea       not null,
  prev   bytea,
  leaves bytea       not null,
  at     timestamptz not null,
  primary key (part, day)
);

-- Rows come in the order of their moment, so a few bytes per range of pages find a day.
create index chain_history_at on chain_history using brin (at) with (pages_per_range = 32);
