-- The repertorium keeps where a registration came from, and tells what happens to it.
alter table subject_registration
  add column migrated_from bytea,                     -- the key it had before its identity was replaced
  add column replaced_at   timestamptz,               -- its identity was replaced then; it stays until events under this key are done
  add column reminded_for  date;                      -- the end it was reminded of
create index subject_registration_by_end on subject_registration (valid_to) where valid_to is not null;

-- What is still to be announced of registrations, in the transaction that changed them; the gateway puts it into the log, in this order.
create table registration_change (
  n          bigint generated always as identity primary key,
  sub        uuid not null,
  subject    bytea not null,
  action     text not null check (action in ('INGESCHREVEN', 'UITGESCHREVEN', 'GEMIGREERD', 'VERLOPEN', 'HERINNERING')),
  valid_from date not null,
  valid_to   date not null,
  at         timestamptz not null default now(),
  cause      text not null                            -- makes the id of the event, the same whenever it is tried
);

-- IT252: persons whose address may not be told, as the log says. Read into memory by revision.
create sequence non_disclosable_rev;
create table non_disclosable (
  subject bytea primary key,
  stands  boolean not null,
  since   timestamptz not null,                       -- when the source recorded it: the latest word counts
  rev     bigint not null default nextval('non_disclosable_rev')
);
create index non_disclosable_by_rev on non_disclosable (rev);

-- When a subscription last matched anything: a filter that went silent is seen here.
create table subscription_activity (
  sub      uuid primary key,
  matched  bigint not null,
  moved_at timestamptz not null
);
