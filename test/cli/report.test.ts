import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { report } from '../../src/cli/report.ts';
import { loadIncident } from '../../src/tools/support/load.ts';
import { createDeps } from '../../src/wire.ts';
import { realCli } from '../support/real-cli.ts';
import { tempRepo } from '../support/repo.ts';
import { fakeIo } from './fakes.ts';

const FILE = 'specs/hotfix-001-users-cant-login/post-mortem.md';
const END = '<!-- pulse:end trigger -->\n';

async function written() {
  const repo = tempRepo({ commits: 1 });
  const cli = realCli(repo.root, '2026-01-05T13:00:00Z');
  await cli.json('open', "Users can't login", '--severity', 'P1');
  await cli.json('write-postmortem', '--summary', 'It broke <b>badly</b>.');
  const text = readFileSync(join(repo.root, FILE), 'utf8');
  const secret = `ghp_${'a1B2'.repeat(9)}`;
  writeFileSync(join(repo.root, FILE), text.replace(END, `${END}\nBy hand, with ${secret}.\n`));
  const run = async (args: object, json = false) => {
    const io = { ...fakeIo(), cwd: repo.root };
    const deps = await createDeps({ root: repo.root, actor: { kind: 'agent', name: 'test' }, env: {} });
    const values: Record<string, unknown>[] = [];
    const warnings: string[] = [];
    const out = {
      ...{ json, value: (value: unknown) => values.push(value as Record<string, unknown>) },
      ...{ warning: (text: string) => warnings.push(text), notice: () => undefined },
    };
    const session = { io, out, app: { loadIncident }, deps: async () => deps };
    const code = await report.run({ ...args }, session as never);
    return { code, values, warnings, stdout: io.written.stdout };
  };
  return { repo, run, secret };
}

describe('hotfix-pulse report', () => {
  it('writes one page, with what people wrote and without their secrets, and nothing over another file', async () => {
    const { repo, run, secret } = await written();
    const { code, warnings } = await run({ html: 'out.html' });
    expect(code).toBe(0);
    const page = readFileSync(join(repo.root, 'out.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('It broke &lt;b&gt;badly&lt;/b&gt;.');
    expect(page).toContain('By hand, with ');
    expect(page).not.toContain(secret);
    expect(warnings.join()).toContain('taken out');
    await expect(run({ html: 'out.html' })).rejects.toMatchObject({ code: 'conflict' });
    expect((await run({ html: '-' })).stdout).toBe(page);
  });

  it('gives the same as JSON, findings included', async () => {
    const { run, secret } = await written();
    const { values } = await run({}, true);
    expect(values[0]).toMatchObject({ format: 'hotfix-pulse/postmortem', label: 'hotfix-001' });
    expect(JSON.stringify(values)).not.toContain(secret);
    expect(values[0]?.findings).toContainEqual(expect.objectContaining({ level: 'error', where: 'prose' }));
  });

  it('asks for a form, and writes nothing without one', async () => {
    const { repo, run } = await written();
    await expect(run({})).rejects.toMatchObject({ code: 'invalid_input' });
    expect(existsSync(join(repo.root, 'out.html'))).toBe(false);
  });
});
