import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createChecks } from '../../src/adapters/checks-port.ts';
import { acceptChecks } from '../../src/cli/accept-checks.ts';
import type { App } from '../../src/cli/app.ts';
import { createOutput } from '../../src/cli/output.ts';
import { PulseError } from '../../src/core/errors.ts';
import { loadAll } from '../../src/tools/support/load.ts';
import { createDeps } from '../../src/wire.ts';
import { checkRepo, ENV } from '../support/check-repo.ts';
import { type FakeOptions, fakeApp, fakeIo, fakeWorld } from './fakes.ts';

const PACKAGE = JSON.stringify({
  scripts: { pretest: 'node prepare.js', test: 'vitest run', lint: 'eslint\u001b[2J .' },
});

async function terminal(
  files: Record<string, string> = { 'package.json': PACKAGE, 'package-lock.json': '{}' },
) {
  const repo = checkRepo(files);
  const commit = repo.git(['rev-parse', 'HEAD']);
  const checks = createChecks(repo.root, repo.home, ENV);
  return {
    ...{ repo, commit },
    allowed: async () => (await checks.plan(commit, {})).allowed,
    async accept(
      args: Record<string, unknown>,
      options: FakeOptions = {},
      kind: 'human' | 'agent' = 'human',
    ) {
      const io = fakeIo({ tty: true, ...options });
      const app: App = { ...fakeApp(fakeWorld(), io), loadAll };
      const out = createOutput(io, { json: false, noColour: true });
      const deps = () => createDeps({ root: repo.root, actor: { name: 'Ana', kind }, env: ENV });
      const code = await acceptChecks.run(args, {
        io,
        app,
        out,
        deps: async () => ({ ...(await deps()), checks }),
      });
      return { code, ...io.written, asked: io.asked };
    },
  };
}

async function refusal(call: Promise<unknown>): Promise<PulseError> {
  const error = await call.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof PulseError) return error;
  throw error;
}

describe('hotfix-pulse accept-checks', () => {
  it('shows every command with the scripts behind it, asks, and lets them run', async () => {
    const one = await terminal();
    expect(await one.allowed()).toBe('open');
    const done = await one.accept({}, { answer: 'y' });
    expect(done).toMatchObject({
      code: 0,
      stdout: 'Accepted: 3 commands. Whoever asked for them can call again.\n',
    });
    for (const line of [
      'setup package-lock.json: npm ci --no-audit --no-fund',
      'check lint: npm run lint',
      '    lint: eslint .',
      'check test: npm run test',
      '    pretest: node prepare.js',
    ]) {
      expect(done.stderr.split('\n')).toContain(line);
    }
    expect(done.stderr).not.toContain('\u001b');
    expect(done.asked).toEqual([expect.stringContaining('[y/N]')]);
    expect(await one.allowed()).toBe('accepted');
    const again = await one.accept({ commit: one.commit.slice(0, 10) });
    expect(again).toMatchObject({ code: 0, asked: [], stdout: expect.stringContaining('Nothing waits') });
  });

  it.each<[string, FakeOptions, 'human' | 'agent', string]>([
    ['a no', { answer: 'n' }, 'human', 'gate_closed'],
    ['no answer', { answer: '' }, 'human', 'gate_closed'],
    ['a pipe', { tty: false, answer: 'y' }, 'human', 'unsafe'],
    ['an agent', { answer: 'y' }, 'agent', 'unsafe'],
  ])('takes %s for no', async (_name, options, kind, code) => {
    const one = await terminal();
    expect((await refusal(one.accept({}, options, kind))).code).toBe(code);
    expect(await one.allowed()).toBe('open');
    expect(existsSync(join(one.repo.home, 'accepted-checks.json'))).toBe(false);
  });

  it('names what it does not find', async () => {
    const one = await terminal();
    expect((await refusal(one.accept({ commit: 'no-such-branch' }))).code).toBe('not_found');
  });
});
