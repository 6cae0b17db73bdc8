import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, startGateway, TOKEN } from '../support/github-gateway.ts';
import { issuesIn } from '../support/github-stand.ts';
import { tempFolder, tempRepo } from '../support/repo.ts';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../../dist/hotfix-pulse.js', import.meta.url));
/** A secret with a form that the redactor knows, in a text of somebody's log. */
const SECRET = `ghp_${'Zx9Yw8Vu7T'.repeat(3)}abcdef`;

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
}, 30_000);
afterAll(() => gateway.close());

/** The built program in a repository whose settings name GitHub, as somebody in a terminal has it. */
function terminal(settings: object) {
  const repo = tempRepo({ commits: 1 });
  repo.write('hotfix-pulse.config.json', JSON.stringify(settings));
  repo.git(['remote', 'add', 'origin', 'https://github.com/ops-bot/shop.git']);
  const env = {
    ...{ PATH: process.env.PATH, HOME: tempFolder(), NO_COLOR: '1', GH_TOKEN: TOKEN },
    ...{ GITHUB_API_URL: gateway.url, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    ...{ NODE_OPTIONS: process.env.NODE_OPTIONS },
  };
  const pulse = async (...args: string[]) => {
    const { stdout, stderr } = await run(process.execPath, [PROGRAM, ...args], { cwd: repo.root, env });
    return { out: stdout, err: stderr };
  };
  return { repo, pulse, json: async (...args: string[]) => JSON.parse((await pulse(...args, '--json')).out) };
}

describe('an incident on GitHub, from the command line', () => {
  it('is an issue from its opening to its end, with follow-ups that belong to it', async () => {
    const { repo, pulse, json } = terminal({ github: { show: 'auto', labels: ['production'] } });
    await pulse(
      'create-hotfix-task',
      `Login answers 500 for everybody since #12, token ${SECRET}`,
      '--severity',
      'P1',
    );
    const [issue, ...others] = await issuesIn(gateway);
    expect(others).toEqual([]);
    expect(issue?.title).toMatch(/^Hotfix Pulse: hotfix-001 /);
    expect(issue?.body).toContain('T001');
    expect(issue?.labels.map(({ name }) => name)).toEqual(['hotfix-pulse', 'P1', 'production']);

    await pulse('record', 'The cookie was renamed', '--kind', 'cause_identified');
    const planned = await json('post', 'We know the cause and prepare a fix.');
    await pulse('post', '--plan-id', planned.plan_id, '--approval', 'yes');
    await pulse('record', 'Test a login', '--kind', 'action_added', '--owner', '@ana', '--due', '+2w');
    const followups = await json('followups');
    const made = await json('followups', '--plan-id', followups.plan_id, '--approval', 'yes');
    expect(made.issues).toMatchObject([{ action: 'AI-001', state: 'created' }]);

    const show = await json('show');
    expect(show.status).toBe('identified');
    const all = await issuesIn(gateway);
    expect(all).toHaveLength(2);
    const comments = gateway.asked.filter(
      ({ method, path }) => method === 'POST' && path.endsWith('/comments'),
    );
    expect(comments).toHaveLength(1);
    expect(await json('sync')).toMatchObject({ ok: true });

    // What was in the log went nowhere: not to GitHub, not to the disk.
    expect(JSON.stringify(gateway.asked.map(({ body }) => body))).not.toContain(SECRET);
    const home = join(repo.root, '.git/hotfix-pulse');
    const kept = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.jsonl?$/.test(name),
    );
    const stored = kept.map((name) => readFileSync(join(home, name), 'utf8')).join('');
    expect(stored).not.toContain(SECRET);
    expect(stored).not.toContain(TOKEN);
    expect(stored).toContain('Shown in the GitHub issue in ops-bot/shop');
  }, 60_000);

  it('goes on when GitHub does not answer, and says what waits', async () => {
    const { pulse, json } = terminal({ github: { show: 'auto' } });
    const before = (await issuesIn(gateway)).length;
    gateway.reachable(false);
    const opened = await pulse('create-hotfix-task', 'Search is empty for everybody', '--severity', 'P2');
    expect(opened.err).toContain('GitHub did not answer');
    expect((await json('show')).status).toBe('investigating');
    gateway.reachable(true);
    expect(await issuesIn(gateway)).toHaveLength(before);
    // What may have arrived is looked for after two minutes, not at once.
    await expect(pulse('sync')).rejects.toMatchObject({ code: 7 });
  }, 60_000);
});
