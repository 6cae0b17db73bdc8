import { describe, expect, it } from 'vitest';
import { recordApproval } from '../../src/tools/support/approval.ts';
import { planOf } from '../../src/tools/support/plans.ts';
import { memorySurface, type SurfaceFault } from '../support/memory-surface.ts';
import { type OutwardWorld, outwardWorld } from '../support/outward-kit.ts';

const TEXT = 'Login fails for many users since 13:40 UTC. We are on it.';
const ASK = { settings: { github: {}, slack: { channel: 'C1' }, statuspage: { page: 'p1' } } };

const trio = () => ({
  github: memorySurface(),
  slack: memorySurface({ service: 'slack', name: '#incidents in Slack' }),
  page: memorySurface({
    ...{
      service: 'statuspage',
      name: 'the status page',
      audience: 'public',
      mirrors: false,
      opens: 'message',
    },
    visibility: async () => 'public',
  }),
});

async function world(wanted = {}) {
  const stands = trio();
  const its = await outwardWorld([stands.github, stands.slack, stands.page], { ...ASK, ...wanted });
  const post = async (args: Record<string, unknown> = {}) => {
    const { data, text, warnings } = await its.call('post_update', args);
    const { plan_id, state, posts } = data as {
      plan_id: string;
      state: string;
      posts: { to: string; state: string; url: string | null }[];
    };
    return { plan_id, state, posts, text, warnings };
  };
  return { ...its, ...stands, post };
}

/** A yes of a person in a terminal. */
async function approve({ incident, deps }: Pick<OutwardWorld, 'incident' | 'deps'>, id: string) {
  const now = await incident();
  await recordApproval(now, planOf(now, id, 'post', deps), 'terminal', '', deps);
}

describe('an update for the team', () => {
  it('is a plan first: what is said, where, and nothing is posted', async () => {
    const { post, github, slack, page, kinds } = await world();
    const planned = await post({ text: TEXT });
    expect(planned.state).toBe('planned');
    expect(planned.posts.map(({ to, state }) => [to, state])).toEqual([
      ['the github of the tests', 'planned'],
      ['#incidents in Slack', 'planned'],
    ]);
    expect(planned.text).toContain(`Plan ${planned.plan_id}. Nothing was posted.`);
    expect(planned.text).toContain('the github of the tests: shows the incident there from now on');
    expect(planned.text).toContain(TEXT);
    expect([github, slack, page].flatMap(({ writes }) => writes)).toEqual([]);
    expect(await kinds('update_posted')).toEqual([]);
  });

  it("is posted once to each on the user's word, recorded with its pages, and starts the clock", async () => {
    const { post, github, slack, kinds, next } = await world();
    const { plan_id } = await post({ text: TEXT });
    const done = await post({ plan_id, approval: 'yes, post it' });
    expect(done.state).toBe('posted');
    expect(done.posts.map(({ state, url }) => [state, url])).toEqual([
      ['posted', 'https://github.example/1#0'],
      ['posted', 'https://slack.example/1#0'],
    ]);
    for (const stand of [github, slack])
      expect(stand.shown[0]?.posts.map(({ text }) => text)).toEqual([TEXT]);
    const again = await post({ plan_id });
    expect(again.state).toBe('posted');
    await next(5);
    for (const stand of [github, slack]) expect(stand.shown[0]?.posts).toHaveLength(1);
    const [told, second] = await kinds('update_posted');
    expect(second).toBeUndefined();
    expect(told).toMatchObject({
      ...{ text: TEXT, basis: 'measured' },
      data: { audience: 'internal', services: ['github', 'slack'], plan_id },
      evidence: ['https://github.example/1#0', 'https://slack.example/1#0'],
    });
    expect((await kinds('approval_given'))[0]).toMatchObject({
      data: { strength: 'word', plan: plan_id, words: 'yes, post it' },
    });
  });

  it('is refused without a yes', async () => {
    const { post, github } = await world();
    const { plan_id } = await post({ text: TEXT });
    await expect(post({ plan_id })).rejects.toMatchObject({ code: 'gate_closed' });
    await expect(post({ plan_id: 'aaaaaaaaaaaa', approval: 'yes' })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(github.writes).toEqual([]);
  });

  it('takes the last draft when nothing else is said, and needs something to say', async () => {
    const { post, call } = await world();
    await expect(post()).rejects.toMatchObject({
      code: 'invalid_input',
      hint: expect.stringContaining('draft_update'),
    });
    const drafted = await call('draft_update', { system: 'login' });
    const { text } = await post();
    expect(text).toContain('Investigating issues with login');
    expect(String(drafted.data.draft)).toContain('Investigating issues with login');
  });

  it('goes only where it is said to', async () => {
    const { post, github, slack } = await world();
    const { plan_id } = await post({ text: TEXT, to: ['slack'] });
    await post({ plan_id, approval: 'yes' });
    expect(slack.shown).toHaveLength(1);
    expect(github.shown).toHaveLength(0);
    await expect(post({ text: TEXT, to: ['jira'] })).rejects.toMatchObject({
      ...{ code: 'not_configured', message: 'not connected for messages to this audience: jira' },
    });
  });

  it('is posted at once where policy asks for nobody', async () => {
    const { post, slack } = await world({ policy: { post: { internal: 'none' } } });
    const done = await post({ text: TEXT, to: ['slack'] });
    expect(done.state).toBe('posted');
    expect(slack.shown[0]?.posts).toHaveLength(1);
  });

  it('has no secrets in it', async () => {
    const { post, slack } = await world();
    const secret = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
    const { plan_id, text } = await post({ text: `Token ${secret} was in the log`, to: ['slack'] });
    await post({ plan_id, approval: 'yes' });
    expect(text).not.toContain(secret);
    expect(slack.shown[0]?.posts[0]?.text).toContain('[REDACTED:');
  });

  it('cannot pass a line of its own for one of the plan', async () => {
    const { post } = await world();
    const { text } = await post({ text: 'Hello\nTo:\n  everybody at the bank', to: ['slack'] });
    expect(text).toContain('  | To:');
    expect(text).not.toMatch(/^To:\n {2}everybody/m);
  });
});

describe('an update for the public', () => {
  it("is not posted on the user's quoted word", async () => {
    const { post, page, incident, deps, kinds } = await world();
    const { plan_id, text } = await post({ text: TEXT, audience: 'public', systems: ['Login'] });
    expect(text).toContain('the status page (everybody can read it)');
    expect(text).toContain('Status: investigating');
    await expect(post({ plan_id, approval: 'yes' })).rejects.toMatchObject({ code: 'gate_closed' });
    expect(page.writes).toEqual([]);
    await approve({ incident, deps }, plan_id);
    const done = await post({ plan_id });
    expect(done.state).toBe('posted');
    expect(page.writes).toEqual(['open']);
    expect(page.shown[0]?.posts.map(({ text }) => text)).toEqual([TEXT]);
    expect(await kinds('update_posted')).toHaveLength(1);
  });

  it('goes on as an update of what is there, once', async () => {
    const { post, page, incident, deps, next } = await world();
    for (const text of [TEXT, 'Login works again.']) {
      const { plan_id } = await post({ text, audience: 'public' });
      await approve({ incident, deps }, plan_id);
      await post({ plan_id });
      await next(1);
    }
    expect(page.writes).toEqual(['open', 'post']);
    expect(page.shown[0]?.posts).toHaveLength(2);
  });

  it.each<SurfaceFault>(['reply_lost', 'slow', 'not_made', 'throws'])(
    '%s at the opening: the text is there once',
    async (fault) => {
      const { post, page, incident, deps, next } = await world();
      const { plan_id } = await post({ text: TEXT, audience: 'public' });
      await approve({ incident, deps }, plan_id);
      page.fault(fault);
      await post({ plan_id });
      page.settle();
      for (const minutes of [1, 3, 5]) await next(minutes);
      expect(page.shown).toHaveLength(1);
      expect(page.shown[0]?.posts.map(({ text }) => text)).toEqual([TEXT]);
    },
  );
});

describe('an update about security', () => {
  const facts = ['service: working', 'security: yes', 'users: some'];

  it('needs a person where not only the team reads, and goes there alone', async () => {
    const open = memorySurface({ visibility: async () => 'public' });
    const { call, incident, deps } = await outwardWorld([open], { facts, settings: { github: {} } });
    const planned = await call('post_update', { text: TEXT });
    const plan_id = String(planned.data.plan_id);
    expect(planned.text).toContain('This incident is about security');
    await expect(call('post_update', { plan_id, approval: 'yes' })).rejects.toMatchObject({
      code: 'gate_closed',
    });
    expect(open.writes).toEqual([]);
    await approve({ incident, deps }, plan_id);
    const done = await call('post_update', { plan_id });
    expect(done.data.state).toBe('posted');
    expect(open.shown[0]?.posts).toHaveLength(1);
  });
});

describe('a service that does not take it', () => {
  it.each<[SurfaceFault, string]>([
    ['reply_lost', 'posted'],
    ['slow', 'partly'],
    ['not_made', 'partly'],
    ['limited', 'partly'],
    ['declined', 'partly'],
  ])('%s: told as it is, sent later, and once', async (fault, state) => {
    const { post, github, slack, kinds, next } = await world();
    const first = await post({ text: 'We are looking.', to: ['slack', 'github'] });
    await post({ plan_id: first.plan_id, approval: 'yes' });
    slack.fault(fault);
    const { plan_id } = await post({ text: TEXT });
    const done = await post({ plan_id, approval: 'yes' });
    expect(done.state).toBe(state);
    expect(done.warnings).toHaveLength(state === 'posted' ? 0 : 1);
    slack.settle();
    for (const minutes of [1, 2, 12, 20]) await next(minutes);
    const texts = (stand: typeof slack) => stand.shown[0]?.posts.map(({ text }) => text);
    expect(texts(slack)).toEqual(['We are looking.', TEXT]);
    expect(texts(github)).toEqual(['We are looking.', TEXT]);
    expect(await kinds('update_posted')).toHaveLength(2);
    expect((await post({ plan_id })).state).toBe('posted');
    const late = (await kinds('noted')).filter(({ text }) => text.includes('has reached Slack too'));
    expect(late).toHaveLength(state === 'posted' ? 0 : 1);
  });

  it('is not told what is two hours old by then', async () => {
    const { post, github, slack, page, next, kinds } = await world();
    for (const stand of [github, slack, page]) stand.reachable(false);
    const { plan_id } = await post({ text: TEXT, to: ['slack'] });
    const tried = await post({ plan_id, approval: 'yes' });
    expect(tried.state).toBe('queued');
    expect(tried.text).toContain('Not posted yet');
    expect(await kinds('update_posted')).toEqual([]);
    slack.reachable(true);
    const told = await next(121);
    expect(told.map(({ key, state }) => [key, state])).toEqual([
      ['open', 'sent'],
      [`post/${plan_id}`, 'stale'],
    ]);
    expect(slack.writes).not.toContain('post');
    expect((await post({ plan_id })).posts).toEqual([
      { to: '#incidents in Slack', state: 'given_up', url: null },
    ]);
    expect(await next(600)).toEqual([]);
  });
});

it('says what to do without any service', async () => {
  const { call } = await outwardWorld([], { settings: {} });
  await expect(call('post_update', { text: TEXT })).rejects.toMatchObject({
    code: 'not_configured',
    hint: expect.stringContaining('update_posted'),
  });
});

it('refuses a rehearsal', async () => {
  const { post, github } = await world({ drill: true });
  await expect(post({ text: TEXT })).rejects.toMatchObject({ code: 'unsafe' });
  expect(github.writes).toEqual([]);
});

it('shows the state without words where a service takes none', async () => {
  const pager = memorySurface({ service: 'pagerduty', name: 'the page', posts: 'never' });
  const { call } = await outwardWorld([pager], { settings: { pagerduty: {} } });
  await expect(call('post_update', { text: TEXT })).rejects.toMatchObject({ code: 'not_configured' });
  const { data } = await call('post_update', { text: TEXT, to: ['pagerduty'] });
  const done = await call('post_update', { plan_id: data.plan_id, approval: 'yes' });
  expect(done.data.state).toBe('posted');
  expect(pager.writes).toEqual(['open']);
});
