-- Audit lines of a run while it is verified, to be joined with its items page by page: a verification of two million items needs no memory
-- for them. Not logged: a crash of the database ends the verification, and takes them.
create unlogged table replay_evidence (
  verification uuid not null,
  line         integer not null,                     -- in log order
  source       text not null,
  event_id     text not null,
  reference    text not null,
  delivered    boolean not null,
  at           timestamptz not null,
  primary key (verification, event_id, source, line)
);
create index replay_evidence_by_time on replay_evidence (at);
