import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SCHEMA_VERSION } from '../../src/adapters/postgres/schema.ts';
import type { App } from '../../src/cli/app.ts';
import { runCli } from '../../src/cli/dispatch.ts';
import { TOOLS } from '../../src/tools/index.ts';
import { archiveIncident } from '../../src/tools/support/archive.ts';
import { callTool } from '../../src/tools/support/call.ts';
import { documentsOf, publishIncident, refreshFolder } from '../../src/tools/support/documents.ts';
import { importIncident } from '../../src/tools/support/import-incident.ts';
import { loadAll, loadIncident } from '../../src/tools/support/load.ts';
import { createDeps, createSampleRepo, findRoot, openTokens, writeExport } from '../../src/wire.ts';
import { useTeamDatabase } from '../support/postgres-kit.ts';
import { type TempRepo, tempRepo } from '../support/repo.ts';
import { describeIf } from '../support/requires.ts';
import { fakeIo } from './fakes.ts';

const app: App = {
  ...{ version: '0', tools: TOOLS, callTool, loadIncident, loadAll },
  ...{ documentsOf, publishIncident, importIncident, refreshFolder, archiveIncident },
  ...{
    createSampleRepo,
    findRoot,
    openTokens,
    createDeps,
    writeExport,
    serveHub: async () => {},
    serveBoard: async () => {},
  },
};

describeIf('postgres')('a team with one record', () => {
  const database = useTeamDatabase();
  let count = 0;
  let team: Record<string, string> = {};
  let repo: TempRepo;
  beforeEach(() => {
    count += 1;
    repo = clone();
    team = { HOTFIX_PULSE_DATABASE_URL: database().appUrl };
  });
  afterEach(() => {
    team = {};
  });

  function clone(): TempRepo {
    const made = tempRepo({ commits: 1 });
    made.git(['remote', 'add', 'origin', `git@github.com:acme/shop${count}.git`]);
    return made;
  }
  async function pulse(root: string, env: Record<string, string>, ...argv: string[]) {
    const io = fakeIo({ cwd: root, env });
    const code = await runCli([...argv, '--json'], io, app);
    const { stdout, stderr } = io.written;
    return { code, stderr, stdout, json: stdout === '' ? null : JSON.parse(stdout) };
  }
  const liveLog = (root: string) => join(root, '.git', 'hotfix-pulse');

  it('shares the record and keeps git and folder in each clone', async () => {
    const other = clone();
    const made = await pulse(repo.root, team, 'open', 'Users cannot log in', '--severity', 'P1');
    expect(made.code, made.stderr).toBe(0);
    expect(readdirSync(join(repo.root, 'specs'))).toEqual([expect.stringMatching(/^hotfix-001-/)]);
    const uid = made.json.uid ?? made.json.incident?.uid;
    expect(existsSync(join(liveLog(repo.root), String(uid), 'timeline.jsonl'))).toBe(false);
    expect((await pulse(other.root, team, 'record', 'Errors fell to zero', '--incident', '1')).code).toBe(0);
    const seen = await pulse(repo.root, team, 'timeline', 'hotfix-001');
    expect(seen.stdout).toContain('Errors fell to zero');
    expect((await pulse(other.root, team, 'open', 'Checkout is slow')).stdout).toContain('hotfix-002');
    expect((await pulse(repo.root, team, 'verify')).code).toBe(0);
  });

  it('takes the incidents of a machine along with push, and brings them back with pull', async () => {
    await pulse(repo.root, {}, 'open', 'Users cannot log in');
    await pulse(repo.root, {}, 'open', 'Checkout is slow');
    const look = await pulse(repo.root, team, 'push', '--dry-run');
    expect(look.json).toMatchObject({ dry_run: true, workspace: `github.com/acme/shop${count}` });
    expect((await pulse(repo.root, team, 'list')).stdout).not.toContain('Users cannot log in');
    const one = await pulse(repo.root, team, 'push', 'hotfix-001');
    expect(one.code, one.stderr).toBe(0);
    expect(one.json.incidents).toHaveLength(1);
    expect((await pulse(repo.root, team, 'push')).json.incidents).toHaveLength(2);
    const again = await pulse(repo.root, team, 'push');
    expect(again.json.incidents.map((moved: { added: number }) => moved.added)).toEqual([0, 0]);
    const other = clone();
    expect((await pulse(other.root, team, 'pull', '2')).json.incidents).toHaveLength(1);
    expect((await pulse(other.root, {}, 'list')).stdout).toContain('Checkout is slow');
    expect((await pulse(other.root, {}, 'verify')).code).toBe(0);
  });

  it('shares the tokens of the hub, and says which of a clone open nothing', async () => {
    const other = clone();
    const agent = ['--name', 'robo', '--kind', 'agent', '--scope', 'write'];
    await pulse(repo.root, {}, 'token', 'create', ...agent);
    const none = await pulse(repo.root, team, 'token', 'list');
    expect(none.json).toEqual({ workspace: `github.com/acme/shop${count}`, tokens: [], unused: 1 });
    expect(none.stderr).toMatch(/^notice: 1 token\(s\) in tokens\.jsonl of this clone open nothing/);
    const made = await pulse(repo.root, team, 'token', 'create', ...agent);
    const seen = await pulse(other.root, team, 'token', 'list');
    expect(seen.json).toMatchObject({ tokens: [{ id: made.json.id, state: 'valid' }], unused: 0 });
    expect(seen.stderr).toBe('');
    expect((await pulse(other.root, team, 'token', 'revoke', made.json.token)).code).toBe(0);
    expect((await pulse(repo.root, team, 'token', 'list')).json.tokens).toMatchObject([{ state: 'revoked' }]);
    expect((await pulse(repo.root, {}, 'token', 'list')).json).toMatchObject({
      workspace: 'local',
      unused: 0,
    });
  });

  it('says what is missing', async () => {
    const { HOTFIX_PULSE_DATABASE_URL: url = '' } = team;
    expect((await pulse(repo.root, {}, 'push')).code).toBe(5);
    expect((await pulse(repo.root, {}, 'migrate', '--status')).code).toBe(5);
    expect((await pulse(repo.root, team, 'push', 'hotfix-009')).code).toBe(3);
    repo.git(['remote', 'remove', 'origin']);
    const lost = await pulse(repo.root, team, 'list');
    expect([lost.code, lost.json.error.hint]).toEqual([5, expect.stringContaining('HOTFIX_PULSE_WORKSPACE')]);
    const status = await pulse(repo.root, team, 'migrate', '--status');
    expect(status.json).toMatchObject({
      schema: SCHEMA_VERSION,
      known: SCHEMA_VERSION,
      pending: [],
      workspace: null,
    });
    const away = {
      ...team,
      HOTFIX_PULSE_DATABASE_URL: url.replace(/:\d+\//, ':9/'),
      HOTFIX_PULSE_WORKSPACE: 'x',
    };
    expect((await pulse(repo.root, away, 'migrate', '--status')).code).toBe(7);
  });

  it('rehearses on this machine only', async () => {
    const drilled = await pulse(
      repo.root,
      { ...team, HOTFIX_PULSE_WORKSPACE: 'drill' },
      'drill',
      '--into',
      'practice',
    );
    expect(drilled.code, drilled.stderr).toBe(0);
    const log = database().open({ workspace: 'drill' });
    expect(await log.uids()).toEqual([]);
  });
});
