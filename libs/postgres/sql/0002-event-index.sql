-- Where each event stands in the log: for receipts, trace and search. A projection, filled after the log took the event; never on the
-- accept path, and rebuilt by reading the log again. No payload. One row per record: an event that was published twice has two.
-- `day` is the UTC day of logged_at, held within the days that are kept, so that forgetting is the drop of a partition.
create table event_index (
  day          date        not null,
  topic        text        not null,
  part         int         not null,
  off          bigint      not null,
  event_id     text        not null,
  source       text        not null,
  type         text        not null,
  key          text        not null,
  time         timestamptz not null,
  logged_at    timestamptz not null,
  value_sha256 bytea       not null,
  organisation text,                   -- the owner of the source; null when the source names none
  primary key (day, topic, part, off)
) partition by range (day);
create index event_index_by_id on event_index (event_id, source);
create index event_index_by_key on event_index (key, logged_at);
create index event_index_by_type on event_index (type, logged_at);
create index event_index_by_time on event_index (logged_at);
