-- What people do with parked events: notes and an assignee per group, a discard that can be undone until `discarded_until` and is
-- then erased (payload and note go; the place stays, so that a later replay still knows that a person let it go).

alter table parked add column discarded_at timestamptz, add column discarded_by text, add column erased_at timestamptz;
create index parked_to_erase on parked (discarded_until) where discarded_until is not null and erased_at is null;
create index parked_by_key on parked (sub, topic, part, key);

create table parked_group (
  fingerprint bytea not null,
  sub         uuid not null,
  note        text,
  assignee    text,
  changed_by  text not null,
  changed_at  timestamptz not null,
  primary key (fingerprint, sub)
);

-- I5 as a query, with what a person discarded told apart.
create or replace view delivery_conservation as
select p.sub, p.topic, p.part, p.matched, p.delivered, p.suppressed, coalesce(h.n, 0) as held, coalesce(k.n, 0) as parked,
       p.matched - p.delivered - p.suppressed - coalesce(h.n, 0) - coalesce(k.n, 0) - coalesce(k.discarded, 0) as difference,
       coalesce(k.discarded, 0) as discarded
from position p
left join (select sub, topic, part, count(*) as n from held_event group by 1, 2, 3) h using (sub, topic, part)
left join (select sub, topic, part, count(*) filter (where discarded_until is null) as n,
                  count(*) filter (where discarded_until is not null) as discarded
           from parked group by 1, 2, 3) k using (sub, topic, part);
