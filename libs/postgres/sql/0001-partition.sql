-- One partition, one transaction (architecture.md, decision 3). Who owns a partition of a topic for one consumer, and up to where
-- the effects of its records are committed: the truth for reading on, not the offsets of a Kafka group.
create table partition_owner (
  id         int generated always as identity primary key,  -- short key of inbox and outbox
  consumer   text        not null,
  topic      text        not null,
  part       int         not null,
  epoch      bigint      not null default 0,                 -- the fence: who holds a lower one writes nothing
  owner      text        not null default '',
  claimed_at timestamptz not null default now(),
  next       bigint      not null default -1,                -- first offset not yet processed; -1 = never read
  moves      bigint      not null default 0,                 -- transactions committed; tells whether one whose answer was lost was
  published  bigint      not null default 0,                 -- outbox sequence up to which the log has everything
  unique (consumer, topic, part)
) with (fillfactor = 25);  -- one row per partition, rewritten per batch: room for HOT updates in its page

-- What was seen, by 128 bits of the SHA-256 of the event id. By day, so that forgetting is a drop. One owner per partition writes,
-- under the lock of its partition_owner row, so a look at the days before plus the primary key is enough against duplicates.
create table inbox (
  owner int  not null,
  event uuid not null,
  day   date not null default current_date,
  primary key (owner, event, day)
) partition by range (day);

-- Records to publish after the commit. Deleted by range, never searched for: a queue read by "order by … limit" walks dead rows.
create table outbox (
  owner    int    not null,
  seq      bigint not null,
  topic    text   not null,
  key      text   not null,
  headers  jsonb  not null,
  value    bytea,              -- null = tombstone
  part     int,                -- null = chosen by the key
  primary key (owner, seq)
);

-- Records that could not be processed, set apart so that the rest goes on (invariant I13). `value` may hold personal data.
create table quarantine (
  consumer text        not null,
  topic    text        not null,
  part     int         not null,
  off      bigint      not null,
  key      bytea,
  value    bytea,
  headers  jsonb       not null,
  reason   text        not null,  -- problem slug
  fields   jsonb       not null,
  at       timestamptz not null default now(),
  primary key (consumer, topic, part, off)
);
