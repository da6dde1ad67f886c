-- A protocol is changed by two people: one writes it down, another decides. Only what was approved stands in `protocol`, and only that is applied.
create table protocol_proposal (
  n               bigint generated always as identity primary key,
  id              text not null,
  version         integer not null check (version > 0),
  document        jsonb not null,                     -- as in `protocol`
  replaces        integer,                            -- the version whose place it takes
  digest          text not null,
  state           text not null default 'proposed' check (state in ('proposed', 'approved', 'rejected')),
  proposed_by     text not null,
  reason          text not null,
  proposed_at     timestamptz not null default now(),
  decided_by      text,
  decided_at      timestamptz,
  decision_reason text
);
-- One text at a time under a number; a rejected one may be written anew.
create unique index protocol_proposal_open on protocol_proposal (id, version) where state <> 'rejected';

alter table protocol add column superseded_by integer, add column approved_by text;

-- Rises with every change of a protocol, in the transaction of the change.
create table protocol_revision (
  one      boolean primary key default true check (one),
  revision bigint not null
);
insert into protocol_revision (revision) values (1);

create function protocol_changed() returns trigger language plpgsql as $$
begin
  update protocol_revision set revision = revision + 1;
  perform pg_notify('kruispunt_protocol', '');
  return null;
end $$;
create trigger protocol_changed after insert or update or delete on protocol for each statement execute function protocol_changed();

-- Who decides by which revision, and until when it may: see docs/adr/0017.
create table protocol_witness (
  process     text primary key,
  seen        bigint not null,
  alive_until timestamptz not null
);
