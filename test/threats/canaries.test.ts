import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import createHotfixTask from '../../src/tools/create-hotfix-task.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { createDeps } from '../../src/wire.ts';
import { textArguments, validArguments } from '../support/argument-fuzz.ts';
import { tempRepo } from '../support/repo.ts';

const ARGUMENTS = textArguments();
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789';

/** A token of GitHub's form that nobody issued, another one for each number. */
function canary(n: number): string {
  const rest = [...createHash('sha512').update(`canary ${n}`).digest().subarray(0, 36)].map((byte) =>
    LETTERS.charAt(byte % LETTERS.length),
  );
  return `ghp_${rest.join('')}`;
}

/** Every byte below a folder. */
function everything(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => `${path}\n${readFileSync(path, 'latin1')}`)
    .join('\n');
}

describe('a secret in any text of any tool', () => {
  it('is a different one for each argument', () => {
    expect(new Set(ARGUMENTS.map((_, n) => canary(n))).size).toBe(ARGUMENTS.length);
    expect(ARGUMENTS.length).toBeGreaterThan(90);
  });

  it('reaches no file, no answer and no error', { timeout: 60_000 }, async () => {
    const repo = tempRepo({ commits: 1 });
    const deps = await createDeps({ root: repo.root, actor: { name: 'test', kind: 'agent' }, env: {} });
    await callTool(createHotfixTask, { description: 'Users cannot log in', severity: 'P1' }, deps);
    const told: string[] = [];
    const recorded = async () => (await Promise.all((await deps.log.uids()).map(deps.log.lines))).join('\n');
    for (const [n, { tool, name, list }] of ARGUMENTS.entries()) {
      const text = `the log says token ${canary(n)} of ana`;
      const args = { ...validArguments(tool, n), [name]: list ? [text] : text };
      const said = await callTool(tool, args, deps).then(
        (answer) => JSON.stringify(answer),
        (error) => `${error.message} ${error.hint}`,
      );
      if (said.includes(canary(n))) told.push(`${tool.name}.${name}`);
    }
    expect(told).toEqual([]);
    const kept = everything(repo.root);
    expect(
      ARGUMENTS.flatMap(({ tool, name }, n) => (kept.includes(canary(n)) ? [`${tool.name}.${name}`] : [])),
    ).toEqual([]);
    // They did come so far: what was taken out left its mark.
    expect((await recorded()).match(/\[REDACTED:github-pat#[0-9a-f]{4}\]/g)?.length).toBeGreaterThan(10);
  });

  it('covers all tools', () => {
    expect(new Set(ARGUMENTS.map(({ tool }) => tool.name)).size).toBe(TOOLS.length);
  });
});
