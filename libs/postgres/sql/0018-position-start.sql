-- From where a subscription is entitled to events: what was logged before was never matched, so it is not missing. null: not known.
alter table position add column start bigint;
