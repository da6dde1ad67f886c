-- Replay (delivery.md §6): a plan is frozen, approved, run and verified; it never grows. States of an item:
-- queued → sending → delivered | failed | skipped (reason). A run that dies leaves items `sending`; who takes it over asks the audit trail.

create table replay_plan (
  id              text primary key,                  -- RP-…
  sub             uuid not null,
  intent          text not null check (intent in ('failed', 'missing', 'all')),
  order_kind      text not null check (order_kind in ('preserve', 'independent')),
  request         jsonb not null,
  digest          text not null,                     -- SHA-256 over the items; approval and start are bound to it
  summary         jsonb not null,
  causes          text[] not null,                   -- why a second person must approve; empty: nobody needs to
  state           text not null check (state in ('planned', 'approved', 'rejected', 'started')),
  requested_by    text not null,
  reason          text not null,
  ticket          text,
  created_at      timestamptz not null,
  expires_at      timestamptz not null,
  decided_by      text,
  decided_at      timestamptz,
  decision_reason text
);
create index replay_plan_by_time on replay_plan (created_at desc);
create index replay_plan_by_sub on replay_plan (sub, created_at desc);

create table replay_item (
  plan      text not null references replay_plan,
  n         integer not null,                        -- from 1, in log order per partition
  topic     text not null,
  part      integer not null,
  off       bigint not null,
  event_id  text not null,
  source    text not null,
  type      text not null,
  key_hash  text not null,                           -- order and counting only; the key itself is not kept
  logged_at timestamptz not null,
  before    text not null,
  state     text not null check (state in ('queued', 'sending', 'delivered', 'failed', 'skipped')),
  reason    text,
  status    integer,
  audit_ref text,
  at        timestamptz,
  primary key (plan, n),
  unique (plan, topic, part, off)
);
create index replay_item_open on replay_item (plan, n) where state in ('queued', 'sending');

create table replay_run (
  id              text primary key,                  -- R-…
  plan            text not null unique references replay_plan,
  sub             uuid not null,
  state           text not null check (state in ('running', 'paused', 'done', 'cancelled')),
  pause_cause     text,
  rate            integer not null check (rate between 1 and 10000),    -- items per second
  in_flight_max   integer not null check (in_flight_max between 1 and 64),
  ramp            text not null,
  step            integer not null default 0,
  settled_in_step integer not null default 0,
  failed_in_step  integer not null default 0,
  last            text not null default '',          -- the latest 50 outcomes: o ok, x failed
  started_by      text not null,
  reason          text not null,
  started_at      timestamptz not null,
  ended_at        timestamptz,
  audit_part      integer not null,                  -- where the audit lines of this run begin
  audit_off       bigint not null,
  owner           text,
  epoch           bigint not null default 0,         -- the fence: who holds a lower one writes nothing
  lease_until     timestamptz
);
-- One active run per subscription.
create unique index replay_run_active on replay_run (sub) where state in ('running', 'paused');
create index replay_run_due on replay_run (lease_until) where state = 'running';
create index replay_run_by_time on replay_run (started_at desc);
