import { foldIncident } from '../../src/core/incident.ts';
import { anchorsOf, durationMs, intervalsOf } from '../../src/core/intervals.ts';
import type { LogRow, PostmortemRow } from './replay-data.ts';
import { type Door, documentsIn, eventsIn, type Told } from './replay-door.ts';
import { mitigationIn } from './replay-status.ts';

/** An incident that is entered when it is long over, every time back-dated with its source. */
export interface Entered {
  id: string;
  label: string;
  uid: string;
  /** The moment at which it was entered. */
  now_ms: number;
  /** Times that the server refused to take, by name. */
  refused_times: string[];
  /** Other refusals: there should be none. */
  refused: string[];
  /** Minutes; null is "unknown". */
  minutes: Record<'detect' | 'repair' | 'resolve' | 'duration', number | null>;
  /** Where the postmortem's lint says that times contradict each other. */
  warned: string[];
  postmortem: boolean;
}

const DAY = 86_400_000;
const ZONED = (local: string) => (/^\d{4}-\d{2}-\d{2}T[\d:]+$/.test(local) ? `${local}Z` : local);

interface Fact {
  name: string;
  at: string | null;
  tool: (at: string) => Record<string, unknown>;
}

async function enter(
  id: string,
  text: { title: string; summary: string; lessons: string[]; factors?: string[] },
  facts: readonly Fact[],
  notes: readonly [string, string][],
  door: Door,
  root: string,
): Promise<Entered> {
  const known = [...facts.map(({ at }) => at), ...notes.map(([at]) => at)]
    .map((at) => Date.parse(ZONED(at ?? '')))
    .filter((ms) => !Number.isNaN(ms));
  const now = Math.max(...known) + DAY;
  const entered: Entered = {
    ...{ id, label: '', uid: '', now_ms: now, refused_times: [], refused: [], warned: [], postmortem: false },
    minutes: { detect: null, repair: null, resolve: null, duration: null },
  };
  door.at(now);
  const opened = await door.call('create_hotfix_task', {
    ...{ description: text.title, title: text.title, new: true, severity: 'P1', detected_by: 'the log' },
  });
  entered.label = String(opened.data.incident);
  entered.uid = String(opened.data.uid);
  const say = async (name: string, args: Record<string, unknown>) => {
    const told = await door.call('record_timeline_event', { incident: entered.label, source: id, ...args });
    sort(entered, name, told);
  };
  for (const fact of facts)
    if (fact.at !== null) await say(fact.name, { ...fact.tool(fact.at), at: ZONED(fact.at) });
  for (const [at, line] of notes) await say('timeline', { text: line.trim() || 'no words', at: ZONED(at) });
  const written = await door.call('write_postmortem', {
    ...{ incident: entered.label, summary: text.summary, lessons: text.lessons },
    ...(text.factors ? { contributing_factors: text.factors } : {}),
  });
  if (written.refused) entered.refused.push(`write_postmortem ${written.code}`);
  const findings = (written.data.findings ?? []) as { where: string; text: string }[];
  entered.warned = findings
    .filter((found) => /impossible|contradict/.test(found.text))
    .map(({ where }) => where);
  return measure(entered, root);
}

function sort(entered: Entered, name: string, told: Told): void {
  if (!told.refused) return;
  if (told.code === 'invalid_input' && /time|year|form/i.test(told.text)) entered.refused_times.push(name);
  else entered.refused.push(`${name} ${told.code}: ${told.text}`);
}

function measure(entered: Entered, root: string): Entered {
  const incident = foldIncident(entered.uid, eventsIn(root, entered.uid));
  const minutes = (ms: number | null | undefined) => (ms == null ? null : ms / 60_000);
  const interval = (name: string) => minutes(intervalsOf(incident).find((one) => one.name === name)?.ms);
  const { detected, impact_ended: ended } = anchorsOf(incident);
  entered.minutes = {
    detect: interval('time_to_detect'),
    repair: detected === null || ended === null ? null : minutes(Date.parse(ended) - Date.parse(detected)),
    resolve: interval('time_to_resolve'),
    duration: minutes(durationMs(incident)),
  };
  entered.postmortem = documentsIn(root, entered.label)['post-mortem.md'] !== undefined;
  return entered;
}

const fact = (type: string, text: string) => () => ({ kind: 'fact_recorded', type, text });

/** An incident log that people kept by hand: detected, declared, repaired, resolved. Its local times are read as UTC. */
export function enterLog(row: LogRow, door: Door, root: string): Promise<Entered> {
  const { detected, declared, repaired, resolved } = row.key_events;
  const fix = row.resolution.trim() || 'repaired';
  return enter(
    row.id,
    { title: row.title, summary: row.impact || row.title, lessons: ['The log names none.'] },
    [
      { name: 'detected', at: detected, tool: fact('detected', 'detected, says the log') },
      { name: 'declared', at: declared, tool: () => ({ kind: 'acknowledged', text: 'Incident declared' }) },
      {
        name: 'cause',
        at: repaired,
        tool: () => ({ kind: 'cause_identified', text: row.identified || 'not told' }),
      },
      {
        ...{ name: 'mitigated', at: repaired },
        tool: () => ({ kind: 'mitigation_applied', text: fix, type: mitigationIn(fix) }),
      },
      { name: 'repaired', at: repaired, tool: fact('impact_ended', 'repaired, says the log') },
      {
        ...{ name: 'resolved', at: resolved },
        tool: () => ({ kind: 'resolved', text: 'Resolved', evidence: ['output: incident log'] }),
      },
    ],
    row.timeline,
    door,
    root,
  );
}

const NOTICED = /detect|alert|report|notic|witness|informed|observ|discover/i;
const RECOVERED =
  /resolved|operational|back to normal|confirmed|recover|works|all systems|fixed|service (?:is )?restored/i;

/** A postmortem: its first row is the start, the first that tells of noticing the detection, the last that tells of a recovery the end. */
export function enterPostmortem(row: PostmortemRow, door: Door, root: string): Promise<Entered> {
  const start = row.timeline[0]?.[0] ?? null;
  const detected = row.timeline.find(([, text]) => NOTICED.test(text))?.[0] ?? null;
  const end = row.timeline.findLast(([, text]) => RECOVERED.test(text))?.[0] ?? null;
  return enter(
    row.id,
    {
      ...{ title: row.title, summary: row.summary },
      lessons: [row.lessons.slice(0, 4_000) || 'none told'],
      ...(row.contributing_factors ? { factors: [row.contributing_factors.slice(0, 4_000)] } : {}),
    },
    [
      { name: 'started', at: start, tool: fact('started', 'the first line of the timeline') },
      { name: 'detected', at: detected, tool: fact('detected', 'the first line that tells of noticing') },
      { name: 'recovered', at: end, tool: fact('impact_ended', 'the last line that tells of a recovery') },
      {
        ...{ name: 'resolved', at: end },
        tool: () => ({ kind: 'resolved', text: 'Resolved', evidence: ['output: postmortem'] }),
      },
    ],
    row.timeline,
    door,
    root,
  );
}

/** `4 hours 42 minutes`, `399 minutes` as minutes; null for anything else. */
export function statedMinutes(text: string): number | null {
  const [, hours, minutes] = /^(?:(\d+) hours?)?\s*(?:(\d+) minutes?)?$/.exec(text.trim()) ?? [];
  return hours === undefined && minutes === undefined ? null : Number(hours ?? 0) * 60 + Number(minutes ?? 0);
}
