-- A plan is frozen in batches: `freezing` until its last item stands and the digest is known. One that was left behind is removed.
alter table replay_plan drop constraint replay_plan_state_check;
alter table replay_plan add constraint replay_plan_state_check check (state in ('freezing', 'planned', 'approved', 'rejected', 'started'));
create index replay_plan_freezing on replay_plan (created_at) where state = 'freezing';

-- Two million items in one go: a look at replay_plan per row and a second wide index cost more than the rows. Items are written only for
-- a plan that has begun, in log order, which is asserted where they are frozen.
alter table replay_item drop constraint replay_item_plan_fkey, drop constraint replay_item_plan_topic_part_off_key;
