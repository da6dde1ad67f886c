-- Delivery: a subscription is a position in the log plus a short list of exceptions (delivery.md §1, §2).
-- Conservation (I5), always, per row of position:
--   matched = delivered + suppressed + count(held_event) + count(parked)
-- The owner fence is the partition row of 0001 under the consumer `delivery`.

create sequence subscription_rev;

create table subscription (
  id               uuid primary key,
  name             text not null,
  org              text not null,
  namens           text,
  protocol         text,
  protocol_version integer,
  hoedanigheid     text not null,
  types            text[] not null,
  nis              text[],                          -- territory, any of; null: everywhere
  filter           jsonb,
  subjects         smallint not null default 0,     -- 0 all, 1 registered ones only
  valid_from       date,
  valid_to         date,                            -- last day, inclusive
  channel          text not null check (channel in ('WEBHOOK', 'PULL', 'KAFKA', 'FILE')),
  endpoint         jsonb,
  projection       text[],                          -- null: all the protocol allows
  order_policy     text not null default 'hold' check (order_policy in ('hold', 'release')),
  batch            jsonb,
  in_flight_max    integer not null default 16 check (in_flight_max between 1 and 256),
  state            text not null check (state in ('new', 'active', 'paused', 'ended')),
  state_reason     text,
  circuit          jsonb,
  rev              bigint not null default nextval('subscription_rev'),
  created_at       timestamptz not null default now(),
  unique (org, name)
);
create index subscription_by_rev on subscription (rev);

-- `behind` false: nothing open, so the subscription stands where the partition stands and `next` may be older than that.
create table position (
  sub        uuid not null references subscription,
  topic      text not null,
  part       integer not null,
  next       bigint not null,
  behind     boolean not null,
  matched    bigint not null default 0,
  delivered  bigint not null default 0,
  suppressed bigint not null default 0,
  updated    timestamptz not null default now(),
  primary key (sub, topic, part)
);
create index position_by_partition on position (topic, part);

-- Why events were suppressed: the sum over the rules is position.suppressed.
create table suppression (
  sub   uuid not null,
  topic text not null,
  part  integer not null,
  rule  text not null,
  n     bigint not null,
  primary key (sub, topic, part, rule)
);

-- waiting: tried again at next_at. parked: a person decides. released: a person decided; the owner of the partition takes it on.
create table held_key (
  sub      uuid not null,
  topic    text not null,
  part     integer not null,
  key      bytea not null,
  state    text not null check (state in ('waiting', 'parked', 'released')),
  attempts integer not null,
  next_at  timestamptz,
  reason   bytea,                                   -- fingerprint of the last failure
  since    timestamptz not null,
  primary key (sub, topic, part, key)
);
create index held_key_due on held_key (next_at) where state = 'waiting';
create index held_key_released on held_key (topic, part) where state = 'released';
create index held_key_by_partition on held_key (topic, part);

create table held_event (
  sub      uuid not null,
  topic    text not null,
  part     integer not null,
  key      bytea not null,
  off      bigint not null,
  event_id text not null,
  primary key (sub, topic, part, key, off)
);
create index held_event_by_partition on held_event (topic, part);

-- `payload` is the record value, sealed (AES-256-GCM), so that retention of the log cannot eat it.
create table parked (
  sub             uuid not null,
  topic           text not null,
  part            integer not null,
  off             bigint not null,
  event_id        text not null,
  source          text not null,
  type            text not null,
  key             bytea not null,
  attempts        integer not null,
  fingerprint     bytea not null,
  error           jsonb not null,
  payload         bytea,
  parked_at       timestamptz not null,
  note            text,
  assignee        text,
  discarded_until timestamptz,                      -- can be undone until then
  discard_reason  text,
  primary key (sub, topic, part, off)
);
create index parked_by_group on parked (fingerprint, sub);
create index parked_by_event on parked (event_id);
create index parked_by_time on parked (parked_at);

-- The repertorium: which subjects a subscription may hear of.
create table subject_registration (
  subject      bytea not null,
  sub          uuid not null references subscription,
  hoedanigheid text not null,
  valid_from   date not null,
  valid_to     date,
  primary key (subject, sub)
);
create index subject_registration_by_sub on subject_registration (sub, subject);

-- A projection of the audit topic, for search; never read to decide anything.
create table delivery_log (
  day       date not null,
  sub       uuid not null,
  event_id  text not null,
  attempt   integer not null,
  outcome   text not null,
  status    integer,
  ms        integer,
  at        timestamptz not null,
  replay    text,
  audit_ref text not null,
  primary key (day, audit_ref)
) partition by range (day);
create index delivery_log_by_sub on delivery_log (sub, at desc);
create index delivery_log_by_event on delivery_log (event_id);

-- Makes the partition of one day; harmless when it is there.
create function delivery_log_day(d date) returns void language plpgsql as $$
begin
  execute format('create table if not exists %I partition of delivery_log for values from (%L) to (%L)',
    'delivery_log_' || to_char(d, 'YYYYMMDD'), d, d + 1);
end $$;

-- I5 as a query: rows here are broken promises.
create view delivery_conservation as
select p.sub, p.topic, p.part, p.matched, p.delivered, p.suppressed, coalesce(h.n, 0) as held, coalesce(k.n, 0) as parked,
       p.matched - p.delivered - p.suppressed - coalesce(h.n, 0) - coalesce(k.n, 0) as difference
from position p
left join (select sub, topic, part, count(*) as n from held_event group by 1, 2, 3) h using (sub, topic, part)
left join (select sub, topic, part, count(*) as n from parked group by 1, 2, 3) k using (sub, topic, part);
