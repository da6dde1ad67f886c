-- A plan is frozen in batches: `freezing` until its last item stands and the digest is known. One that was left behind is removed.
alter table replay_plan drop constraint replay_plan_state_check;
alter table replay_plan add constraint replay_plan_state_check check (state in ('freezing', 'planned', 'approved', 'rejected', 'started'));
create index replay_plan_freezing on replay_plan (created_at) where state = 'freezing';
