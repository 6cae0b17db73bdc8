import { mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { readEntry, startsSame } from '../../src/install/config-edit.ts';
import { hostOf } from '../../src/install/hosts.ts';
import { isAgentHere, itIfAsked } from '../support/agents-asked.ts';
import { agentOn, dependentProject, type Ground, ground, ours, runAlone } from '../support/agents-place.ts';
import { AGENT_CLIS, SKILLS } from '../support/agents-table.ts';

/**
 * The installers for many agents, `npx skills` and `npx add-mcp`, on the published package: real agents find what
 * they put in place, and our own `install` gets on with it. No registry is asked.
 */
const root = realpathSync(mkdtempSync(join(tmpdir(), 'agents-installers-')));
let project = '';
let version = '';
beforeAll(() => {
  project = dependentProject(root);
  version = JSON.parse(readFileSync(join(project, 'node_modules/hotfix-pulse/package.json'), 'utf8')).version;
});
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));

const chosen = (names: readonly string[]): string[] => names.flatMap((name) => ['-a', name]);

function runInstaller(at: Ground, ...words: string[]): string {
  const { code, said } = runAlone({ ...at, agent: 'installers' }, words);
  expect(code, said).toBe(0);
  return said;
}

/** Asks an agent that is here; the others have no say. */
function ask(at: Ground, agent: string, words: readonly string[]): string {
  if (!isAgentHere(agent)) return '';
  return runAlone(agentOn(at, agent), [agent, ...words]).said;
}

itIfAsked('installers', 'lists')(
  '`skills` installs all skills, real agents list them, and it takes them away',
  () => {
    const at = ground('project', join(root, 'skills'), project);
    const pack = join(at.repo, 'node_modules', 'hotfix-pulse');
    const agents = ['claude-code', 'codex', 'opencode', 'gemini-cli', 'github-copilot', 'qwen-code'];
    const all = [...agents, 'kimi-code-cli', 'amp', 'cursor'];
    expect(runInstaller(at, 'skills', 'add', pack, '-y', ...chosen(all))).toContain('Found 4 skills');
    const listed: { name: string }[] = JSON.parse(runInstaller(at, 'skills', 'list', '--json'));
    expect(listed.map(({ name }) => name).sort()).toEqual([...SKILLS]);
    for (const agent of ['codex', 'opencode', 'gemini', 'copilot', 'amp'].filter(isAgentHere)) {
      const step = AGENT_CLIS[agent]?.skills[0];
      const said = ask(at, agent, step?.words ?? []);
      // Codex shows the server's own words there too, which `skills` does not install.
      const shows = (step?.shows ?? []).filter((pattern) => !pattern.source.includes('mcp__'));
      for (const pattern of shows) expect(said, agent).toMatch(pattern);
    }
    // Ours puts the server beside them and leaves the links of the other installer as they are.
    const link = join(at.repo, '.claude/skills/hotfix');
    const target = readlinkSync(link);
    const report = ours(agentOn(at, 'claude'), 'install');
    expect([report.code, report.refusals.length]).toEqual([4, SKILLS.length]);
    expect(readlinkSync(link)).toBe(target);
    expect(readdirSync(at.repo)).toContain('.mcp.json');
    ours(agentOn(at, 'claude'), 'uninstall');
    expect(readlinkSync(link)).toBe(target);
    runInstaller(at, 'skills', 'remove', '--all');
    expect(JSON.parse(runInstaller(at, 'skills', 'list', '--json'))).toEqual([]);
  },
  240_000,
);

itIfAsked('installers', 'lists')(
  '`add-mcp` writes an entry that real agents start, as ours',
  () => {
    const at = ground('project', join(root, 'add-mcp'), project);
    const names = [
      'claude-code',
      'codex',
      'gemini-cli',
      'opencode',
      'github-copilot-cli',
      'cursor',
      'vscode',
    ];
    runInstaller(at, 'add-mcp', `hotfix-pulse@${version}`, '--args', 'mcp', '-y', ...chosen(names));
    const npx = { kind: 'npx', command: 'npx', args: ['-y', `hotfix-pulse@${version}`, 'mcp'] } as const;
    for (const id of ['claude-code', 'codex', 'gemini', 'opencode', 'copilot', 'cursor', 'vscode'] as const) {
      const form = hostOf(id).mcp.project;
      const files = form?.files.map((file) => join(at.repo, file)) ?? [];
      const texts = files.flatMap((file) => textOf(file));
      const entry = form && readEntry(form, texts[0] ?? '');
      expect(entry?.ok && form && startsSame(entry.value, form.entry(npx)), id).toBe(true);
    }
    for (const agent of ['gemini', 'opencode'].filter(isAgentHere)) {
      expect(ask(at, agent, ['mcp', 'list']), agent).toMatch(/✓ hotfix-pulse[\s\S]*[Cc]onnected/);
    }
    expect(ours(agentOn(at, 'gemini'), 'install').refusals).toEqual([]);
    ours(agentOn(at, 'gemini'), 'uninstall');
    expect(textOf(join(at.repo, '.gemini/settings.json')).join('')).not.toContain('hotfix-pulse');
  },
  240_000,
);

itIfAsked('installers', 'lists')(
  '`add-mcp` finds what ours installed',
  () => {
    const at = ground('project', join(root, 'found'), project);
    for (const agent of ['claude', 'codex', 'gemini', 'opencode']) ours(agentOn(at, agent), 'install');
    const found = runInstaller(at, 'add-mcp', 'list');
    for (const label of ['Claude Code', 'Codex', 'Gemini CLI', 'OpenCode']) {
      expect(found).toMatch(new RegExp(`${label}:\\S*\\n\\s+\\S*-\\S* \\S*hotfix-pulse`));
    }
  },
  240_000,
);

function textOf(file: string): string[] {
  try {
    return [readFileSync(file, 'utf8')];
  } catch {
    return [];
  }
}
