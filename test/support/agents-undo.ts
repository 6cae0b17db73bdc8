import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { expect } from 'vitest';
import { SERVER } from '../../src/install/host.ts';
import { hostOf } from '../../src/install/hosts.ts';
import { type AgentPlace, type InstallReport, ours, photo } from './agents-place.ts';
import { SKILLS } from './agents-table.ts';

/** What was on disk before an installation and right after it. */
export interface Installed {
  report: InstallReport;
  before: Readonly<Record<string, string | null>>;
  after: Readonly<Record<string, string | null>>;
}

export function installHere(place: AgentPlace): Installed {
  const known = Object.keys(place.cli.before(place.scope, place.repo)).map((path) => join(place.base, path));
  const before = photo(known);
  const report = ours(place, 'install');
  expect([report.code, report.refusals], JSON.stringify(report)).toEqual([0, []]);
  const paths = [...new Set([...known, ...report.edits.map(({ path }) => path)])];
  return { report, before: { ...photo([]), ...before }, after: photo(paths) };
}

/** Once more changes nothing, whatever the agent did to its files meanwhile. */
export function checkAgain(place: AgentPlace): void {
  const again = ours(place, 'install');
  expect(again.edits.filter(({ action }) => action !== 'unchanged')).toEqual([]);
}

/**
 * A file that is as we left it gets its bytes back, or goes when it was not there before. In one that the agent
 * wrote meanwhile our entry is all that goes, and the report says so.
 */
export function checkUninstall(place: AgentPlace, { before, after }: Installed): void {
  const paths = Object.keys(after);
  const left = photo(paths);
  const report = ours(place, 'uninstall');
  expect([report.code, report.refusals], JSON.stringify(report)).toEqual([0, []]);
  const now = photo(paths);
  for (const path of paths) {
    if (left[path] === after[path]) {
      expect([path, now[path]]).toEqual([path, before[path] ?? null]);
      continue;
    }
    expect([path, now[path]?.includes(SERVER)]).toEqual([path, false]);
    // Claude Code writes its file with every call, so only what the person had is sure to be in it.
    const isWrittenOnTheWay = hostOf(place.cli.id).mcp[place.scope]?.through !== undefined;
    const kept = withoutEntry(place, (isWrittenOnTheWay ? before : left)[path]);
    if (isWrittenOnTheWay) expect(withoutEntry(place, now[path])).toMatchObject(kept);
    else expect(withoutEntry(place, now[path])).toEqual(kept);
    const isOurs = after[path]?.includes(SERVER);
    if (isOurs) expect(report.notices.join('\n')).toContain(path);
  }
  const folders = place.cli.id === 'claude-code' ? '.claude/skills' : '.agents/skills';
  const root = place.scope === 'user' ? place.home : place.repo;
  const kept = SKILLS.map((name) => join(root, folders, name)).filter((folder) => existsSync(folder));
  expect([
    ...kept,
    ...[join(place.home, '.local/share/hotfix-pulse')].filter((at) => existsSync(at)),
  ]).toEqual([]);
}

/** The values of a settings file, less our entry and the table that may have been made for it. */
function withoutEntry({ cli, scope }: AgentPlace, text: string | null | undefined): object {
  const target = hostOf(cli.id).mcp[scope];
  if (!text || !target) return {};
  const isToml = target.format === 'toml';
  const value: Record<string, unknown> = isToml
    ? parseToml(text)
    : JSON.parse(text.replace(/^\s*\/\/.*$/gm, ''));
  const [key = ''] = target.key;
  const servers = value[key];
  if (typeof servers !== 'object' || servers === null) return value;
  const { [SERVER]: _, ...others } = servers as Record<string, unknown>;
  const { [key]: __, ...rest } = value;
  return Object.keys(others).length > 0 ? { ...rest, [key]: others } : rest;
}
