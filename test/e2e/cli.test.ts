import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type TempRepo, tempRepo } from '../support/repo.ts';

/** The built command line as an agent without MCP uses it: a pipe, arguments in a file. */
const bin = join(import.meta.dirname, '../../dist/hotfix-pulse.js');
const typed = 'Users can\'t login - 500 "quoted" $(whoami) `id` \\ $1';

function run(repo: TempRepo, args: string[], input?: string) {
  const result = spawnSync(process.execPath, [bin, ...args], {
    cwd: repo.root,
    encoding: 'utf8',
    input: input ?? '',
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}

const json = (text: string) => JSON.parse(text);

function opened(repo: TempRepo) {
  writeFileSync(join(repo.root, 'args.json'), JSON.stringify({ description: typed }));
  return run(repo, ['create-hotfix-task', '--input', 'args.json', '--json']);
}

describe('the command line', () => {
  it('runs an incident from files, and everything typed arrives as it was', () => {
    const repo = tempRepo({ commits: 1 });
    const first = opened(repo);
    expect(first.code, first.err).toBe(0);
    expect(json(first.out)).toMatchObject({ incident: 'hotfix-001', opened: true });
    // The second writing of the same words is the same incident.
    expect(json(opened(repo).out)).toMatchObject({ incident: 'hotfix-001', opened: false });
    const record = run(
      repo,
      ['record', '--input', '-', '--json'],
      JSON.stringify({ kind: 'mitigation_applied', type: 'rollback', text: 'Put v1 back' }),
    );
    expect(json(record.out)).toMatchObject({ status: 'mitigated', basis: 'stated' });
    const show = run(repo, ['show', '--json']);
    expect(json(show.out)).toMatchObject({ title: typed, status: 'mitigated' });
    expect(run(repo, ['timeline']).out).toContain('Put v1 back');
    expect(run(repo, ['print', 'tasks.md']).out).toContain('**T028**');
  });

  it('answers refusals with their exit code, on stdout as JSON and on stderr for people', () => {
    const repo = tempRepo();
    opened(repo);
    const table: [string[], number, string][] = [
      [['record', '--kind', 'nonsense', 'x'], 2, 'invalid_input'],
      [['show', 'hotfix-999'], 3, 'not_found'],
      [['record', 'x', '--kind', 'reopened', '--reason', 'y'], 4, 'conflict'],
      [['record', 'all good', '--kind', 'resolved'], 6, 'gate_closed'],
      [['close'], 6, 'gate_closed'],
      [['purge', 'x', '--reason', 'secret'], 3, 'not_found'],
    ];
    for (const [args, code, word] of table) {
      const plain = run(repo, args);
      expect([plain.code, args.join(' ')]).toEqual([code, args.join(' ')]);
      expect(plain.out).toBe('');
      expect(plain.err).not.toBe('');
      const asJson = run(repo, [...args, '--json']);
      expect(asJson.code).toBe(code);
      expect(json(asJson.out).error.code).toBe(word);
    }
  });

  it('status ends with 10 when a clock has run out', () => {
    const repo = tempRepo();
    run(repo, ['open', 'Everything is down', '--severity', 'P0']);
    expect(run(repo, ['status']).code).toBe(0);
    run(repo, [
      'record',
      'The page came',
      '--kind',
      'fact_recorded',
      '--type',
      'detected',
      '--at',
      '-3h',
      '--source',
      'pager',
    ]);
    const status = run(repo, ['status']);
    expect(status.code).toBe(10);
    expect(status.out).toMatch(/overdue by/);
    expect(status.out).not.toContain('\x1b[');
  });

  it('verify ends with 11 when a line was edited', () => {
    const repo = tempRepo();
    opened(repo);
    run(repo, ['record', 'first']);
    run(repo, ['record', 'second']);
    expect(run(repo, ['verify']).code).toBe(0);
    const live = join(repo.root, '.git', 'hotfix-pulse');
    const [uid = ''] = readdirSync(live).filter((name) => /^[0-9A-Z]{26}$/.test(name));
    const log = join(live, uid, 'timeline.jsonl');
    writeFileSync(log, readFileSync(log, 'utf8').replace('"first"', '"FIRST"'));
    const verify = run(repo, ['verify']);
    expect(verify.code).toBe(11);
    expect(verify.out + verify.err).toMatch(/edited|removed/);
  });

  it('publish shows the folder to git and commits nothing; a secret in prose stops it', () => {
    const repo = tempRepo({ commits: 1 });
    opened(repo);
    const folder = join(repo.root, 'specs', 'hotfix-001-users-cant-login');
    expect(repo.git(['status', '--porcelain', '--', 'specs'])).toBe('');
    const page = join(folder, 'hotfix.md');
    const token = `ghp_${'A1b2C3d4E5f6'.repeat(3)}`;
    const prose = '\nOur own words about the impact.\n';
    writeFileSync(page, `${readFileSync(page, 'utf8')}\nThe token was ${token}\n`);
    expect(run(repo, ['publish']).code).toBe(8);
    expect(existsSync(join(folder, '.gitignore'))).toBe(true);
    writeFileSync(page, readFileSync(page, 'utf8').replace(`\nThe token was ${token}\n`, prose));
    const published = run(repo, ['publish']);
    expect(published.code, published.err).toBe(0);
    expect(published.out).toContain('git add -- specs/hotfix-001-users-cant-login');
    expect(existsSync(join(folder, '.gitignore'))).toBe(false);
    expect(readFileSync(page, 'utf8')).toContain(prose.trim());
    expect(repo.git(['status', '--porcelain', '--', 'specs'])).toBe('?? specs/');
    expect(repo.git(['diff', '--cached', '--name-only'])).toBe('');
  });

  it('purge takes a text out of every place and keeps the record sound', () => {
    const repo = tempRepo();
    opened(repo);
    const marker = 'the customer list of Example Ltd';
    const event = json(run(repo, ['record', marker, '--json']).out).event;
    run(repo, ['record', 'afterwards']);
    const purged = run(repo, ['purge', event, '--reason', 'customer data', '--yes']);
    expect(purged.code, purged.err).toBe(0);
    const all = spawnSync('grep', ['-rl', marker, repo.root], { encoding: 'utf8' });
    expect(all.stdout).toBe('');
    expect(run(repo, ['verify']).code).toBe(0);
    expect(run(repo, ['timeline']).out).toContain('afterwards');
  });

  it('takes over a folder kept by hand', () => {
    const repo = tempRepo();
    const guide = readFileSync(
      join(import.meta.dirname, '../../skills/hotfix/references/by-hand.md'),
      'utf8',
    );
    const example = /```text\n(# Timeline[\s\S]*?)```/.exec(guide)?.[1] ?? '';
    const folder = join(repo.root, 'specs', 'hotfix-007-users-cant-login');
    spawnSync('mkdir', ['-p', folder]);
    writeFileSync(join(folder, 'timeline.md'), example);
    writeFileSync(
      join(folder, 'hotfix.md'),
      '---\ntitle: "Users cannot log in"\nseverity: P1\n---\n\nWords of a person.\n',
    );
    const taken = run(repo, ['import', 'specs/hotfix-007-users-cant-login', '--json']);
    expect(taken.code, taken.err + taken.out).toBe(0);
    expect(json(taken.out)).toMatchObject({ incident: 'hotfix-007', problems: [], severity: 'P1' });
    expect(readFileSync(join(folder, 'hotfix.md'), 'utf8')).toContain('Words of a person.');
    const again = run(repo, ['import', 'specs/hotfix-007-users-cant-login', '--json']);
    expect(json(again.out)).toMatchObject({ incident: 'hotfix-007', imported: 0 });
    // History is no key: what was verified by hand does not open the resolve gate.
    expect(run(repo, ['record', 'over', '--kind', 'resolved']).code).toBe(6);
    // The next number counts on from there.
    expect(json(run(repo, ['open', 'Another thing broke', '--json']).out).incident).toBe('hotfix-008');
  });

  it('refuses front matter that is code, and never runs it', () => {
    const repo = tempRepo();
    const folder = join(repo.root, 'specs', 'hotfix-003-x');
    spawnSync('mkdir', ['-p', folder]);
    for (const [front, code] of [
      [`---js\nrequire("fs").writeFileSync(${JSON.stringify(join(repo.root, 'ran'))}, "")\n---\n`, 8],
      ['---\ntitle: [unclosed\n---\n', 2],
    ] as const) {
      writeFileSync(join(folder, 'hotfix.md'), front);
      expect(run(repo, ['import', 'specs/hotfix-003-x']).code).toBe(code);
    }
    expect(existsSync(join(repo.root, 'ran'))).toBe(false);
  });
});
