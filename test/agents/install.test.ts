import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES, type Scope } from '../../src/install/host.ts';
import { HOSTS } from '../../src/install/hosts.ts';
import { isAsked, itIfAsked } from '../support/agents-asked.ts';
import {
  type AgentPlace,
  agentPlace,
  agentsWithPipe,
  dependentProject,
  runAlone,
} from '../support/agents-place.ts';
import {
  checkOpening,
  checkReturning,
  opening,
  returning,
  runSession,
  TYPED,
} from '../support/agents-run.ts';
import { AGENT_CLIS, RUNNABLE, SKILLS } from '../support/agents-table.ts';
import { checkAgain, checkUninstall, installHere } from '../support/agents-undo.ts';
import { describeIf } from '../support/requires.ts';

/**
 * What `install` puts in place, judged by the real agents: their own commands list it, what a person types reaches
 * the model intact and with the skill, the scripted calls run, the incident is on disk; then `uninstall`.
 */
const root = realpathSync(mkdtempSync(join(tmpdir(), 'agents-install-')));
let project = '';
beforeAll(() => {
  project = dependentProject(root);
});
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));

const placeOf = (agent: string, scope: Scope, door: string): AgentPlace =>
  agentPlace(agent, scope, mkdtempSync(join(root, `${agent}-${scope}-${door}-`)), project);

/** The agent's own commands see the server and the skills. */
function checkLists(place: AgentPlace): void {
  for (const { words, shows } of [...place.cli.server(place.scope), ...place.cli.skills]) {
    const { code, said } = runAlone(place, [place.agent, ...words]);
    for (const pattern of shows) expect(said, words.join(' ')).toMatch(pattern);
    expect(code, said).toBe(0);
  }
}

function headless(agent: string, scope: Scope): void {
  const place = placeOf(agent, scope, 'headless');
  const installed = installHere(place);
  checkLists(place);
  const { says, asks } = place.cli.headless;
  const tools = agent === 'opencode' ? { tools: agentsWithPipe(place.base, TYPED) } : {};
  const session = { door: 'run-agent.mjs', prompt: `${says} ${TYPED}`, ...tools } as const;
  const first = runSession(place, { ...session, turns: opening(asks) });
  checkOpening(place, first);
  if (agent === 'claude') checkFirstLine(first.printed);
  checkReturning(runSession(place, { ...session, turns: returning }));
  checkAgain(place);
  checkUninstall(place, installed);
}

/** Claude Code begins a run with what it has found. */
function checkFirstLine(printed: string): void {
  const lines = printed.split('\n').filter((line) => line.startsWith('{'));
  const found = lines.map((line) => JSON.parse(line)).find(({ subtype }) => subtype === 'init');
  expect(found.mcp_servers).toEqual([expect.objectContaining({ name: 'hotfix-pulse', status: 'connected' })]);
  for (const list of [found.skills, found.slash_commands])
    expect(list).toEqual(expect.arrayContaining([...SKILLS]));
}

function terminal(agent: string, scope: Scope): void {
  const place = placeOf(agent, scope, 'terminal');
  const installed = installHere(place);
  const says = agent === 'codex' ? '$hotfix' : '/hotfix';
  const session = { door: 'tui-agent.mjs', prompt: `${says} ${TYPED}`, turns: opening() } as const;
  const verdict = runSession(place, session);
  expect(verdict.menu, verdict.told).toMatch(
    /hotfix(?: \[\w+\])? +(?:\[Skill\] )?(?:Use when prod|Run a prod)/,
  );
  checkOpening(place, verdict);
  checkUninstall(place, installed);
}

describeIf('shared')('installed into real agents', () => {
  for (const agent of RUNNABLE) {
    for (const scope of SCOPES) {
      itIfAsked(agent, 'headless')(
        `${agent}, ${scope} scope, headless: lists, runs an incident, is taken away again`,
        { timeout: 240_000 },
        () => headless(agent, scope),
      );
    }
  }
});

// A suite without a test is an error, and the quick runs have none in a terminal.
if (RUNNABLE.some((agent) => isAsked(agent, 'terminal'))) {
  describeIf('shared', 'tmux')('installed into real agents, in their terminal', () => {
    for (const agent of RUNNABLE) {
      for (const scope of SCOPES) {
        itIfAsked(agent, 'terminal')(
          `${agent}, ${scope} scope, terminal: offers /hotfix, runs an incident, is taken away again`,
          // On a busy machine a terminal now and then loses keys that come before it is ready.
          { timeout: 240_000, retry: 1 },
          () => terminal(agent, scope),
        );
      }
    }
  });
}

describe('agents that cannot be run', () => {
  for (const scope of SCOPES) {
    itIfAsked('amp', 'lists')(
      `amp, ${scope} scope: its own commands list the server and the skills`,
      () => {
        const place = placeOf('amp', scope, 'lists');
        const installed = installHere(place);
        checkLists(place);
        const rules = installed.report.suggestions.flatMap(({ text }) => JSON.parse(text)['amp.permissions']);
        const known = runAlone(place, ['amp', 'tools', 'list']).said;
        for (const { tool } of rules) expect(known).toContain(`${tool} `);
        checkUninstall(place, installed);
      },
      240_000,
    );
  }

  it('are marked as such, and no other is', () => {
    const run = RUNNABLE.map((agent) => AGENT_CLIS[agent]?.id);
    const tested = HOSTS.filter(({ evidence }) => evidence === 'tested').map(({ id }) => id);
    expect([...tested].sort()).toEqual([...run].sort());
    const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
    for (const { label, evidence } of HOSTS) {
      const row = readme.split('\n').find((line) => line.startsWith(`| ${label} |`));
      expect(row, label).toMatch(
        evidence === 'documentation' ? /\| documentation \|$/ : /\| the real agent \|$/,
      );
    }
  });

  it('are not among those that `.ci/run` has', () => {
    const quick = Object.keys(AGENT_CLIS).filter((agent) => isAsked(agent, 'headless', 'quick'));
    expect(quick).toEqual(['claude', 'codex', 'gemini', 'copilot']);
    expect(RUNNABLE.filter((agent) => isAsked(agent, 'terminal', 'quick'))).toEqual([]);
  });
});
