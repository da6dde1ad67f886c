-- A process that delivers hears of a paused, changed or ended subscription at once, and not with its next look at the table.
create function subscription_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('kruispunt_subscription', '');
  return null;
end $$;
create trigger subscription_changed after insert or update of state, filter, nis, types, endpoint, projection, in_flight_max, valid_from, valid_to
  on subscription for each statement execute function subscription_changed();
