-- What the partner services keep for themselves: the change feed's reader, the population, civil status, permits.

create table feed_page (
  feed text primary key,
  page integer not null
);

-- The register's own data: the one place where a number stands. Everything outside knows the pseudonym only.
create table persoon (
  pseudoniem          text primary key,
  insz                text not null unique,
  gegevens            jsonb not null,             -- names, birth, address … as the register holds them
  beheerder_nis       text,
  niet_mededeelbaar   boolean not null default false,  -- IT252
  gewijzigd           timestamptz not null default now()
);

create sequence verhuisdossier;

create table verhuis (
  dossier       text primary key,
  pseudoniemen  text[] not null,
  nis_oud       text,
  nis_nieuw     text not null,
  adres_ref     text,
  aangiftedatum date not null,
  stand         text not null
);

-- The district officer's list: what was asked, and what was answered.
create table woonstcontrole (
  dossier        text not null,
  poging         integer not null,
  politiezone    text not null,
  uiterste_datum date not null,
  resultaat      text,
  primary key (dossier, poging)
);

create table akte (
  referentie       text primary key,
  akte_type        text not null,
  gebeurtenisdatum date,
  gemeente_nis     text not null,
  kind_pseudoniem  text                           -- of a birth: known once the number is assigned
);

create table aanvraag (
  projectnummer   text primary key,
  indieningsdatum date not null,
  gemeenten       text[] not null,
  percelen        text[] not null,
  adressen        text[] not null,
  aandacht        text[] not null default '{}'    -- parcels of this dossier that changed since
);
create index aanvraag_perceel on aanvraag using gin (percelen);
