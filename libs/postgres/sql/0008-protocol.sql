-- Protocols as data: a version never changes, a changed protocol is a new version; only `withdrawn` may turn, once.
create table protocol (
  id          text not null,
  version     integer not null check (version > 0),
  document    jsonb not null,                        -- Protocol of @kruispunt/policy, without id, version and withdrawn
  withdrawn   boolean not null default false,
  put_by      text not null,
  reason      text not null,
  put_at      timestamptz not null default now(),
  ended_by    text,
  ended_at    timestamptz,
  end_reason  text,
  primary key (id, version)
);
