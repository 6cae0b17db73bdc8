import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { realCli } from '../support/real-cli.ts';
import { git, tempFolder, tempRepo } from '../support/repo.ts';

const NOW = '2026-01-05T13:00:00Z';

describe('hotfix-pulse drill', () => {
  it('makes the sample repository, opens a drill in it and says what to type next', async () => {
    const folder = tempFolder();
    const { code, out, err } = await realCli(folder, NOW).run('drill', '--into', 'practice');
    expect(code, err).toBe(0);
    const root = join(folder, 'practice');
    expect(out).toMatch(/^\[DRILL\] hotfix-001 · P\d/);
    expect(out).toContain(`cd ${root}\n`);
    expect(git(root, ['tag'])).toBe('v1.0.0\nv1.1.0');
    expect(git(root, ['remote'])).toBe('');
    expect(git(root, ['status', '--porcelain'])).toBe('');
    expect(readdirSync(join(root, 'specs'))).toHaveLength(1);
    const inside = realCli(root, NOW);
    expect((await inside.json('show')).drill).toBe(true);
    expect((await inside.run('status')).out).toMatch(/^\[DRILL\] hotfix-001/);
    expect((await inside.run('list')).out).toContain("[DRILL] Users can't login");
    expect((await inside.run('record', 'still failing')).out).toMatch(/^\[DRILL\] hotfix-001/);
    expect(await inside.json('review')).toMatchObject({ incidents: 0, drills_left_out: 1 });
  });

  it('takes a temporary folder when none is named, and commits the same history every time', async () => {
    const cli = realCli(tempFolder(), NOW);
    const roots = [String((await cli.json('drill')).repo), String((await cli.json('drill')).repo)];
    onTestFinished(() => {
      for (const root of roots) rmSync(root, { recursive: true, force: true });
    });
    expect(roots[0]).not.toBe(roots[1]);
    expect(new Set(roots.map((root) => git(root, ['rev-parse', 'HEAD']))).size).toBe(1);
  });

  it('touches no folder that holds something', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'mine'));
    writeFileSync(join(folder, 'mine', 'a.txt'), 'mine');
    writeFileSync(join(folder, 'file'), 'mine');
    const cli = realCli(folder, NOW);
    expect((await cli.run('drill', '--into', 'mine')).code).toBe(4);
    expect((await cli.run('drill', '--into', 'file')).code).toBe(2);
    expect(readdirSync(join(folder, 'mine'))).toEqual(['a.txt']);
    expect(existsSync(join(folder, 'mine', '.git'))).toBe(false);
  });

  it('and the real thing never stand in for each other', async () => {
    const cli = realCli(tempRepo().root, NOW);
    const open = (...more: string[]) => cli.json('open', 'Users cannot log in', ...more);
    expect(await open('--drill')).toMatchObject({ incident: 'hotfix-001', opened: true, drill: true });
    const real = await open();
    expect(real).toMatchObject({ incident: 'hotfix-002', opened: true, similar: [] });
    expect(real.drill).toBeUndefined();
    expect(await open('--drill')).toMatchObject({ incident: 'hotfix-001', opened: false });
    expect(await open()).toMatchObject({ incident: 'hotfix-002', opened: false });
  });
});
