-- Who may come in over the hubs of a workspace: one row per line, as in the file. A line is only ever added.
-- `seq` counts from 1 without a gap, so whoever knows the last one misses none that comes later.

create table hotfix_pulse.token (
  workspace text not null,
  seq       integer not null check (seq > 0),
  line      text not null check (line <> '' and position(chr(10) in line) = 0),
  stored_at timestamptz not null default now(),
  primary key (workspace, seq)
);

alter table hotfix_pulse.token enable row level security;
alter table hotfix_pulse.token force row level security;
create policy own_workspace on hotfix_pulse.token using (
  workspace = current_setting('hotfix_pulse.workspace', true)
  and exists (select 1 from hotfix_pulse.access a where a.role_name = current_user::text
    and a.workspace in (current_setting('hotfix_pulse.workspace', true), '*')));
