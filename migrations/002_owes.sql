-- Which incidents still have an open action item, so that a reminder need not read all that are over. What is not
-- known yet counts as owing: whoever finds such an incident reads it.

alter table hotfix_pulse.incident add column owes boolean not null default true;
create index incident_owes on hotfix_pulse.incident (workspace, uid) where owes and not is_open;
