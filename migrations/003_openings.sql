-- A key opens one incident, also when two callers repeat it at the same moment and nothing makes them take turns.
-- Which lines open one is seen in the line: its members stand in this order, and a text in it has no bare quotes.

-- Incidents that were opened twice stay as they are; the key then belongs to the first. Row-level security is also
-- forced on the owner, who has to see every workspace for that; all of this is one transaction.
alter table hotfix_pulse.event no force row level security;
update hotfix_pulse.event as later set key = null
where later.key is not null and later.line like '{"v":1,"id":"__________________________","incident":"__________________________","kind":"opened",%'
  and exists (select 1 from hotfix_pulse.event as earlier
    where earlier.workspace = later.workspace and earlier.key = later.key
      and earlier.line like '{"v":1,"id":"__________________________","incident":"__________________________","kind":"opened",%'
      and (earlier.id, earlier.incident) < (later.id, later.incident));
alter table hotfix_pulse.event force row level security;

create unique index event_opening on hotfix_pulse.event (workspace, key)
  where key is not null and line like '{"v":1,"id":"__________________________","incident":"__________________________","kind":"opened",%';
