// Plays one incident in a real sample repository through a real MCP client against the built server.
// Usage: npm run demo   (leaves the repository for you to look at)
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { createSampleRepo, FIX, git, put, startService } from './sample-repo.mjs';

const bin = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'hotfix-pulse.js');
const repo = mkdtempSync(join(tmpdir(), 'hotfix-pulse-demo-'));
const say = (line = '') => process.stdout.write(`${line}\n`);
const title = (line) => say(`\n# ${line}`);

await createSampleRepo(repo);
// What a team has besides: a remote, and a branch with work that is not released.
const remote = `${repo}-remote.git`;
git(repo, 'clone', '-q', '--bare', repo, remote);
git(repo, 'remote', 'add', 'origin', remote);
git(repo, 'branch', 'develop');
const ahead = `${repo}-develop`;
git(repo, 'worktree', 'add', '-q', ahead, 'develop');
put(ahead, { 'CHANGES.md': '# Next\n\nHalf of a new login page.\n' });
git(ahead, 'add', '-A');
git(ahead, 'commit', '-q', '-m', 'feat: half of a new login page');
git(ahead, 'push', '-q', 'origin', 'develop');
git(repo, 'worktree', 'remove', ahead);
git(repo, 'branch', '-q', '-D', 'develop');
git(repo, 'fetch', '-q', 'origin');

const client = new Client({ name: 'demo', version: '1' }, { capabilities: { elicitation: {} } });
// The part of the person: reads the plan in the agent's dialog and types its code.
client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
  const { title: asked } = params.requestedSchema.properties.code;
  say('  [dialog]');
  for (const line of params.message.split('\n')) say(`  | ${line}`);
  say(`  | ${asked}: ****`);
  return { action: 'accept', content: { code: asked.split(' ')[1] } };
});
await client.connect(
  new StdioClientTransport({
    command: process.execPath,
    args: [bin, 'mcp', '--repo', repo],
    stderr: 'inherit',
  }),
);

/** One call: the arguments, then the lines of the answer that tell the story. */
async function call(name, args, keep = () => true, outcome = 'done') {
  say(`> ${name} ${JSON.stringify(args)}`);
  const result = await client.callTool({ name, arguments: args });
  for (const line of result.content[0].text.split('\n').filter(keep)) say(`  ${line}`);
  // A refusal that the story does not tell, or a gate that stays silent, fails the demo.
  if ((result.isError ? 'refused' : 'done') !== outcome) process.exitCode = 1;
  return result.structuredContent;
}
const brief = (line) => /^(hotfix-|\? |Next|gate_closed|⏰)/.test(line);

title('Production runs v1.1.0, and something is wrong');
const broken = await startService(repo);
const failing = await broken.get('ben');
broken.stop();
say(`GET /auth?user=ben -> ${failing.status} ${failing.body}`);

title("/hotfix Users can't login - 500 error on auth endpoint");
await call('create_hotfix_task', {
  description: "Users can't login - 500 error on auth endpoint",
  facts: [
    'service: degraded',
    'flow: login',
    'users: many',
    'data: none',
    'security: no',
    'spreading: no',
    'what_changed: v1.1.0 was released',
  ],
  started_at: '-12m',
  detected_by: 'customer report',
});

title('What changed, and what can be done about it');
const { suspects } = await call(
  'find_suspect_changes',
  { hints: `${failing.body}\n    at login (auth.js:6:55)`, limit: 2 },
  (line) => /^(Range|\d\.)/.test(line),
);
await call(
  'plan_mitigation',
  { target: 'release', range: suspects[0].commit },
  (line) => !line.startsWith('['),
);

title('Mitigate first: put the last good release back, see it work');
const previous = join(repo, '..', `${repo.split('/').at(-1)}-v1.0.0`);
git(repo, 'worktree', 'add', '-q', '--detach', previous, 'v1.0.0');
const restored = await startService(previous);
const good = await restored.get('ben');
restored.stop();
await call(
  'record_timeline_event',
  { kind: 'mitigation_applied', type: 'rollback', text: 'Production runs v1.0.0 again' },
  brief,
);
await call('record_timeline_event', { kind: 'resolved', text: 'Looks fine now' }, brief, 'refused');
await call(
  'record_timeline_event',
  {
    kind: 'deploy_verified',
    text: 'Logins succeed on v1.0.0',
    evidence: [`output: GET /auth?user=ben -> ${good.status} ${good.body}`],
  },
  brief,
);

title('Find the cause, fix it from what is in production, prove it');
await call(
  'record_timeline_event',
  {
    kind: 'cause_identified',
    text: 'auth.js reads session.id of users who have no session',
    evidence: [`commit:${suspects[0].commit}`],
  },
  brief,
);
const worktree = `${previous}-fix`;
await call('start_hotfix', { worktree }, (line) => !/^[[`]/.test(line));
put(worktree, FIX);
git(worktree, 'add', '-A');
const message = ['-m', 'fix: [HOTFIX] log in users without a session', '-m', 'Hotfix: hotfix-001'];
git(worktree, 'commit', '-q', ...message);
await call('check_hotfix', {}, (line) => !/^[[`]/.test(line));
await call('prove_regression', { tests: ['test/auth.test.js'] }, (line) => !/^[[`]/.test(line));
await call('plan_mitigation', { target: 'hotfix' }, (line) => /^(Rollback|It is|Plan|Next)/.test(line));

title('Deploy: the plan, a yes to exactly this plan, one push');
const plan = await call('deploy_hotfix', {}, brief);
await call('deploy_hotfix', { plan_id: plan.plan_id }, (line) => !/^[[`]/.test(line));
say(
  `remote: ${git(remote, 'log', '-1', '--format=%h %s', 'main')}; ${git(remote, 'tag', '-l', '--format=%(refname:short) %(subject)', 'v1.1.1')}`,
);
const live = `${previous}-live`;
git(repo, 'worktree', 'add', '-q', '--detach', live, git(remote, 'rev-parse', 'main'));
const repaired = await startService(live);
const now = await repaired.get('ben');
repaired.stop();
await call(
  'record_timeline_event',
  {
    kind: 'resolved',
    text: 'Users without a session log in again',
    evidence: [`output: GET /auth?user=ben -> ${now.status} ${now.body}`],
  },
  brief,
);

title('Bring it to the branch that is not released yet');
const backport = await call('backport_hotfix', {}, (line) => !/^[[`]/.test(line));
await call(
  'backport_hotfix',
  { plan_id: backport.plan_id, approval: 'yes, develop needs it too' },
  (line) => !/^[[`]/.test(line),
);

title('Tell people, follow up, write it down');
await call(
  'record_timeline_event',
  { kind: 'update_posted', text: 'Logins work again. Sorry for the trouble.', type: 'public' },
  brief,
);
await call(
  'record_timeline_event',
  {
    kind: 'action_added',
    text: 'Test logins of users without a session before every release',
    owner: 'Sam',
    due: '+2w',
    type: 'prevent',
  },
  brief,
);
await call('write_postmortem', {
  summary: 'Users without a session could not log in after v1.1.0.',
  contributing_factors: ['No test covered a user without a session.'],
  went_well: ['The previous release was one command away.'],
  went_wrong: ['A customer noticed before we did.'],
  lessons: ['Every new field in a token needs a test without that field.'],
});
await call('close_incident', {}, (line) => /^(hotfix-|Nothing|Next)/.test(line));

title('What is on disk (nothing is staged, nothing left this machine)');
const folder = join(repo, 'specs', readdirSync(join(repo, 'specs'))[0] ?? '');
for (const file of readdirSync(folder).sort())
  say(`${file.padEnd(16)} ${readFileSync(join(folder, file), 'utf8').split('\n').length - 1} lines`);
say(`git status: ${git(repo, 'status', '--porcelain') || 'clean'}`);
const sections = readFileSync(join(folder, 'post-mortem.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('## '));
say(`post-mortem.md: ${sections.map((line) => line.slice(3)).join(' · ')}`);
await client.close();
if (!existsSync(join(repo, 'auth.js'))) process.exitCode = 1;
process.stderr.write(`\nLook around in ${repo}\n`);
