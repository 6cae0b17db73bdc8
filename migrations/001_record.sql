-- The record of incidents: one row per stored line, as in the file log.
-- Applied by `hotfix-pulse migrate` in one transaction. A file that was ever released is not edited again:
-- its hash stands in src/adapters/postgres/schema.ts, and the next change is the next file.

create schema if not exists hotfix_pulse;

create table hotfix_pulse.migration (
  version    integer primary key,
  name       text not null,
  sha256     text not null,
  applied_at timestamptz not null default now()
);

-- Which workspaces a database role may work in; '*' stands for all of them.
create table hotfix_pulse.access (
  role_name text not null,
  workspace text not null,
  primary key (role_name, workspace)
);

-- The head of each incident: what a list needs without reading events.
create table hotfix_pulse.incident (
  workspace text not null,
  uid       text collate "C" not null,
  number    integer,
  is_open   boolean not null,
  last_seq  integer not null,
  primary key (workspace, uid)
);
create index incident_open on hotfix_pulse.incident (workspace, uid) where is_open;
create index incident_number on hotfix_pulse.incident (workspace, number);

-- `seq` counts the lines of one incident from 1 without a gap, so two writers can never go on from the same line.
-- `key` is null where an earlier line of the incident has it already. `line` is what is kept, byte for byte.
create table hotfix_pulse.event (
  workspace text not null,
  incident  text collate "C" not null,
  seq       integer not null check (seq > 0),
  id        text collate "C" not null,
  key       text,
  line      text not null check (line <> '' and position(chr(10) in line) = 0),
  stored_at timestamptz not null default now(),
  primary key (workspace, incident, seq),
  unique (workspace, incident, id),
  unique (workspace, incident, key)
);
create index event_stored on hotfix_pulse.event (workspace, stored_at);

-- Texts too large for a line, under their SHA-256.
create table hotfix_pulse.blob (
  workspace text not null,
  incident  text collate "C" not null,
  sha256    text not null,
  body      bytea not null,
  primary key (workspace, incident, sha256)
);

-- The final files of a closed incident, with their manifest.
create table hotfix_pulse.archive (
  workspace text not null,
  incident  text collate "C" not null,
  event     text collate "C" not null,
  file      text not null,
  body      bytea not null,
  primary key (workspace, incident, event, file)
);

alter table hotfix_pulse.access enable row level security;
create policy own_rows on hotfix_pulse.access for select using (role_name = current_user::text);

-- Every connection says its workspace once, when it starts; the role must be allowed there as well, so saying the
-- name of another workspace opens nothing. Without a workspace nothing is seen. Holds for the owner of the tables too.
alter table hotfix_pulse.incident enable row level security;
alter table hotfix_pulse.incident force row level security;
create policy own_workspace on hotfix_pulse.incident using (
  workspace = current_setting('hotfix_pulse.workspace', true)
  and exists (select 1 from hotfix_pulse.access a where a.role_name = current_user::text
    and a.workspace in (current_setting('hotfix_pulse.workspace', true), '*')));

alter table hotfix_pulse.event enable row level security;
alter table hotfix_pulse.event force row level security;
create policy own_workspace on hotfix_pulse.event using (
  workspace = current_setting('hotfix_pulse.workspace', true)
  and exists (select 1 from hotfix_pulse.access a where a.role_name = current_user::text
    and a.workspace in (current_setting('hotfix_pulse.workspace', true), '*')));

alter table hotfix_pulse.blob enable row level security;
alter table hotfix_pulse.blob force row level security;
create policy own_workspace on hotfix_pulse.blob using (
  workspace = current_setting('hotfix_pulse.workspace', true)
  and exists (select 1 from hotfix_pulse.access a where a.role_name = current_user::text
    and a.workspace in (current_setting('hotfix_pulse.workspace', true), '*')));

alter table hotfix_pulse.archive enable row level security;
alter table hotfix_pulse.archive force row level security;
create policy own_workspace on hotfix_pulse.archive using (
  workspace = current_setting('hotfix_pulse.workspace', true)
  and exists (select 1 from hotfix_pulse.access a where a.role_name = current_user::text
    and a.workspace in (current_setting('hotfix_pulse.workspace', true), '*')));
