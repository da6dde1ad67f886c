-- Channels (delivery.md §4): the subscriber's own ceiling, where a KAFKA subscription is written to, gaps that outlive a restart.
alter table subscription
  add column rate_max integer check (rate_max between 1 and 10000),   -- events per second, the subscriber's own ceiling
  add column output   jsonb;                                          -- KAFKA: the topic, and who may read it

-- free: nothing is held; the next event of the key still has to tell of what was parked before it (order policy `release`).
alter table held_key drop constraint held_key_state_check;
alter table held_key add constraint held_key_state_check check (state in ('waiting', 'parked', 'released', 'free'));
alter table held_key add column gap jsonb;                            -- [{offset, eventId}], oldest first

-- What retention took, or will take, before a subscription has read it: written with the position, announced through the outbox.
create table delivery_gap (
  sub         uuid not null references subscription,
  topic       text not null,
  part        integer not null,
  kind        text not null check (kind in ('DREIGEND', 'OPGETREDEN')),
  from_off    bigint not null,
  to_off      bigint not null,                        -- the first offset that is not lost
  expected_at timestamptz,                            -- DREIGEND: when the first record goes
  at          timestamptz not null default now(),
  announced   boolean not null,
  primary key (sub, topic, part, kind, from_off)
);
create index delivery_gap_to_tell on delivery_gap (topic, part) where not announced;
