-- Runs once, on an empty volume: the registry keeps its tables apart from ours.
create schema if not exists registry;
