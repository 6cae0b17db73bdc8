import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { TOOLS } from '../../src/tools/index.ts';
import { type AgentPlace, isOffline } from './agents-place.ts';
import { SKILLS } from './agents-table.ts';
import { AGENTS, SHARED } from './requires.ts';

export const TYPED = 'Users can\'t login - 500 "quoted" $(whoami)';
/** In the skill and in its command, and nowhere else. */
const TITLE = '# Hotfix: from a report to a postmortem';

interface Call {
  name: string;
  args?: Record<string, unknown>;
}
interface Turn {
  text: string;
  tools?: Call[];
  capture?: Record<string, string>;
}

/** What the scripted model says in the first session: opens the incident and records a mitigation. */
export const opening = (asks?: Call): Turn[] => [
  ...(asks ? [{ text: 'Reading the skill.', tools: [asks] }] : []),
  {
    text: 'Opening the incident.',
    tools: [
      {
        name: 'create_hotfix_task',
        args: { description: TYPED, facts: ['service: degraded', 'flow: login'] },
      },
    ],
    capture: { id: 'hotfix-\\d{3}' },
  },
  {
    text: 'Recording it.',
    tools: [
      {
        name: 'record_timeline_event',
        args: { incident: '{{id}}', kind: 'mitigation_applied', type: 'rollback', text: 'Put v1.0.0 back' },
      },
    ],
  },
  { text: 'Looking.', tools: [{ name: 'get_incident', args: { incident: '{{id}}' } }] },
  { text: 'Incident {{id}} is contained.' },
];

/** In a later session: asks for the incident of the first. */
export const returning: Turn[] = [
  { text: 'Looking.', tools: [{ name: 'get_incident', args: { incident: 'hotfix-001' } }] },
  { text: 'It is contained.' },
];

/** What the harness saw, as far as these tests look. */
export interface Verdict {
  scriptFinished: boolean;
  /** Of a run without a terminal. */
  exitCode?: number | null;
  /** `expanded`: null where there is no command file. */
  command?: { expanded: boolean | null } | null;
  expect: Record<string, boolean>;
  mcp: { advertised: string[]; deferred: string[] };
  skills: { name: string; name_seen: boolean; description_seen: boolean }[];
  toolCalls: { name: string; executed: boolean; isError: boolean | null; result: string | null }[];
  /** The slash menu, in a terminal. */
  menu?: string | null;
  /** Bodies of the requests to the model, side questions such as titles left out. */
  sent: string[];
  printed: string;
  told: string;
}

export interface Session {
  door: 'run-agent.mjs' | 'tui-agent.mjs';
  prompt: string;
  turns: readonly Turn[];
  /** Folder with the agents, when it is not the usual one. */
  tools?: string;
}

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** One session of the real agent with the scripted model. */
export function runSession(place: AgentPlace, { door, prompt, turns, tools = AGENTS }: Session): Verdict {
  const out = join(place.base, `out-${door}-${turns.length}`);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'script.json'), JSON.stringify({ turns }));
  const where = ['--tools', tools, '--repo', place.repo, '--home', place.home, '--out', out];
  const what = ['--prompt', prompt, '--script', join(out, 'script.json'), '--expect', TYPED];
  const words = [join(SHARED, 'tools', 'agent-harness', door), place.agent, ...where, ...what];
  const run = spawnSync(process.execPath, [...words, ...(isOffline() ? ['--offline'] : [])], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  const verdict = JSON.parse(run.stdout || '{}');
  const told = `${JSON.stringify(verdict, null, 1)}\n${run.stderr}`;
  const requests = textOf(join(out, 'requests.jsonl'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const sent = requests.filter(({ api, side }) => api && !side).map(({ body }) => JSON.stringify(body));
  return { ...verdict, sent, printed: textOf(join(out, 'stdout.txt')), told };
}

/** Calls of ours, with whether each was carried out without an error. Some agents look a tool up first. */
const calls = ({ toolCalls = [] }: Verdict) =>
  toolCalls
    .filter(({ name }) => TOOLS.some((tool) => tool.name === name))
    .map(({ name, executed, isError }) => [name, executed && isError !== true]);

/** The typed text arrived intact and with the skill, every tool and skill was offered, every call was carried out. */
export function checkOpening(place: AgentPlace, verdict: Verdict): void {
  const { told, sent } = verdict;
  expect(verdict.expect?.[TYPED], told).toBe(true);
  // As it was typed: not quoted or escaped once more on the way.
  expect(sent[0], told).toContain(JSON.stringify(TYPED).slice(1, -1));
  expect(sent.join('\n'), told).toContain(TITLE);
  const offered = [...verdict.mcp.advertised, ...verdict.mcp.deferred];
  expect(
    TOOLS.map(({ name }) => name).filter((name) => !offered.some((known) => known.endsWith(name))),
    told,
  ).toEqual([]);
  const seen = verdict.skills.filter(({ name_seen, description_seen }) => name_seen && description_seen);
  expect(seen.map(({ name }) => name).sort(), told).toEqual([...SKILLS].sort());
  expect(calls(verdict), told).toEqual([
    ['create_hotfix_task', true],
    ['record_timeline_event', true],
    ['get_incident', true],
  ]);
  // Not the harness's own verdict: it counts a request for a title, which Codex makes on the side, as one without tools.
  const { scriptFinished, exitCode = 0, command } = verdict;
  expect([scriptFinished, exitCode, command?.expanded ?? true], told).toEqual([true, 0, true]);
  checkIncident(place);
}

/** The incident is in the repository, with the words of the person byte for byte. */
function checkIncident({ repo }: AgentPlace): void {
  expect(readdirSync(join(repo, 'specs'))).toEqual(['hotfix-001-users-cant-login']);
  const folder = join(repo, 'specs', 'hotfix-001-users-cant-login');
  expect(readFileSync(join(folder, 'hotfix.md'), 'utf8')).toContain('🟢🟢🟢⚪️⚪️');
  const lines = readFileSync(join(folder, 'timeline.jsonl'), 'utf8').trim().split('\n');
  const opened = lines.map((line) => JSON.parse(line)).find(({ kind }) => kind === 'opened');
  expect([opened?.data.description, opened?.by.kind]).toEqual([TYPED, 'agent']);
}

/** A new session in the same folder finds what the one before recorded. */
export function checkReturning(verdict: Verdict): void {
  expect([calls(verdict), verdict.exitCode], verdict.told).toEqual([[['get_incident', true]], 0]);
  expect(verdict.toolCalls.at(-1)?.result, verdict.told).toContain('mitigated');
}
