import { describe, expect, it } from 'vitest';
import type { ServiceCheck } from '../../src/ports-outward.ts';
import { doctorAt } from '../support/doctor-kit.ts';
import { tempRepo } from '../support/repo.ts';

const works = async (name: string): Promise<ServiceCheck[]> => [
  { id: `${name}_token`, state: 'ok', seen: 'the token is of ops-bot', todo: '' },
];

/** A repository that names services, and a machine with these variables. */
function at(settings: object, env: Record<string, string> = {}, answer = works) {
  const repo = tempRepo({ commits: 1 });
  repo.write('hotfix-pulse.config.json', JSON.stringify(settings));
  const asked: string[] = [];
  const world = doctorAt(repo.root, {
    checkService: async (name, options) => {
      asked.push(name);
      expect(options.root).toBe(repo.root);
      return answer(name);
    },
  });
  Object.assign(world.env, env);
  return { ...world, asked };
}

describe('doctor of a service', () => {
  it('asks that service alone', async () => {
    const { doctor, asked } = at({ github: {}, pagerduty: {} });
    const { checks, code } = await doctor({ what: ['github'] });
    expect(asked).toEqual(['github']);
    expect(code).toBe(0);
    expect(new Set(checks.map(({ part }) => part))).toEqual(new Set(['services']));
    expect(checks.map(({ id, state, seen }) => [id, state, seen])).toContainEqual([
      ...['github_token', 'ok', 'GitHub: the token is of ops-bot'],
    ]);
  });

  it('says what to add where the settings do not name it', async () => {
    const { doctor, asked } = at({});
    const { checks, code } = await doctor({ what: ['slack'] });
    expect(code).toBe(11);
    expect(asked).toEqual([]);
    expect(checks).toEqual([
      expect.objectContaining({
        ...{ state: 'fail', seen: 'Slack is not connected: hotfix-pulse.config.json does not name it.' },
        todo: 'Add "slack": {"channel": "C024BE91L"} to hotfix-pulse.config.json (docs/slack.md).',
      }),
    ]);
  });

  it('names every variable that is missing, asks nothing then, and shows no value', async () => {
    const { doctor, asked } = at({ jira: { project: 'OPS' } }, { JIRA_EMAIL: 'ana@example.org' });
    const { checks, out, code } = await doctor({ what: ['jira'] });
    expect(code).toBe(11);
    expect(checks.map(({ seen }) => seen)).toEqual([
      'Jira: JIRA_BASE_URL is not set.',
      'Jira: JIRA_API_TOKEN is not set.',
    ]);
    expect(asked).toEqual([]);
    expect(out).not.toContain('ana@example.org');
  });

  it('tells what only serve needs without failing', async () => {
    const { doctor } = at({ clickup: {} }, { CLICKUP_API_TOKEN: 'pk_1' });
    const { checks, code } = await doctor({ what: ['clickup'] });
    expect(code).toBe(0);
    expect(checks).toContainEqual(
      expect.objectContaining({ state: 'skipped', id: 'clickup_clickup_webhook_secret' }),
    );
  });

  it('does not mix services and agents', async () => {
    const { doctor } = at({ github: {} });
    await expect(doctor({ what: ['github', 'codex'] })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('doctor of everything', () => {
  it('looks at variables, and asks services only when it may', async () => {
    const { doctor, asked } = at({ github: {}, slack: { channel: 'C1' } });
    const { checks } = await doctor({ what: ['claude-code'] });
    const services = checks.filter(({ part }) => part === 'services');
    expect(services.map(({ id, state }) => [id, state])).toEqual([
      ['slack_slack_bot_token', 'fail'],
      ['github_named', 'ok'],
    ]);
    expect(asked).toEqual([]);
    await doctor({ what: ['claude-code'], online: true });
    expect(asked).toEqual(['github']);
  });
});
