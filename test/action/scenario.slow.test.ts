import { describe, expect, it } from 'vitest';
import { commentsOn, issuesIn, repository } from './kit.ts';

const taken = ({ outputs }: { outputs: Record<string, string> }) =>
  `${outputs['action-taken']} ${outputs['issue-number']}`.trim();

describe('the bundle, delivery by delivery', () => {
  it('nine deliveries are one issue, told, recovered and told again', async () => {
    const { gateway, happens, again } = await repository();
    const steps = [
      await happens({ number: 1, conclusion: 'failure' }),
      await happens({ number: 2, conclusion: 'cancelled' }),
      await happens({ number: 3, conclusion: 'failure' }),
      await happens({ number: 4, conclusion: 'failure' }),
      await again({ number: 4, conclusion: 'failure' }),
      await happens({ number: 5, conclusion: 'success' }),
      await happens({ number: 6, conclusion: 'failure' }),
      await happens({ number: 7, conclusion: 'timed_out' }),
      await again({ number: 3, conclusion: 'failure' }),
    ];
    expect(steps.map(({ code, log }) => (code === 0 ? '' : log))).toEqual(Array(9).fill(''));
    expect(steps.map(taken)).toEqual([
      ...['none', 'none', 'opened 1', 'commented 1', 'none 1', 'recovered 1'],
      ...['none', 'commented 1', 'none'],
    ]);
    expect(steps.map(({ outputs }) => outputs.streak)).toEqual(['1', '0', '2', '3', '3', '0', '1', '2', '2']);

    const [issue, ...others] = await issuesIn(gateway);
    expect(others).toEqual([]);
    expect(issue).toMatchObject({ title: 'Hotfix Pulse: CI fails on main', state: 'open' });
    expect(issue?.labels.map(({ name }) => name)).toEqual(['hotfix-pulse']);
    const comments = await commentsOn(gateway, 1);
    expect(comments.map((body) => body.slice(0, 2))).toEqual(['🔴', '🟢', '🔴']);
    expect(comments[2]).toContain('[run 7](https://github.com/ops-bot/shop/actions/runs/1007) timed out');
    // The second streak only: what CI knows now.
    expect(issue?.body).toContain('- **CI now:** 🔴 2 failures in a row');
    expect(issue?.body).toContain(
      '- **Last green:** [run 5](https://github.com/ops-bot/shop/actions/runs/1005)',
    );
    expect(steps[2]?.summary).toContain('### Hotfix Pulse: Opened an issue');
    expect(steps[8]?.summary).toContain('A newer run has succeeded already.');
  }, 60_000);

  it('says in the issue what is known, and that the rest is not', async () => {
    const { gateway, happens } = await repository();
    await happens({ number: 1, conclusion: 'success' });
    await happens({ number: 2, conclusion: 'failure' });
    await happens({ number: 3, conclusion: 'startup_failure', subject: 'Speed up login' });
    const body = (await issuesIn(gateway))[0]?.body ?? '';
    for (const line of [
      '<!-- hotfix-pulse:161335:main -->',
      '**Pulse status:** 🟢⚪️⚪️⚪️⚪️ reported',
      '- **Reported at:** 2026-01-05 13:09 UTC',
      '- **Severity:** unknown; 🔴 Blocker | 🟠 High | 🟡 Medium | 🟢 Low is for a person to say',
      '- **Cause:** unknown',
      '- **Failing since:** 2026-01-05 12:01 UTC, [run 2](https://github.com/ops-bot/shop/actions/runs/1002)',
      '- [ ] Post the first update (within 15 minutes)',
      '- [ ] Pulse meter shows 🟢🟢🟢🟢🟢✅',
    ]) {
      expect(body.split('\n')).toContain(line);
    }
    expect(body).toMatch(
      /^- \[run 3\]\(\S+\) could not start 2026-01-05 13:09 UTC, commit \S+ `Speed up login`$/m,
    );
    expect(body).toMatch(/\/compare\/c{39}1\.\.\.c{39}2\)$/m);
  });

  it('failures of forks and pull requests in the list do not count', async () => {
    const { gateway, happens, seen } = await repository();
    seen.push({ number: 1, conclusion: 'failure', from: 'mallory/shop' });
    seen.push({ number: 2, conclusion: 'failure', event: 'pull_request' });
    const ran = await happens({ number: 3, conclusion: 'failure' });
    expect([taken(ran), ran.outputs.streak]).toEqual(['none', '1']);
    expect(await issuesIn(gateway)).toEqual([]);
  });

  it('a re-run is the same run: it adds no failure, and a green one is a recovery', async () => {
    const { gateway, happens, again, seen } = await repository();
    await happens({ number: 1, conclusion: 'failure' });
    seen.pop();
    expect(taken(await happens({ number: 1, conclusion: 'failure', attempt: 2 }))).toBe('none');
    expect(taken(await happens({ number: 2, conclusion: 'failure' }))).toBe('opened 1');
    seen.pop();
    expect(taken(await happens({ number: 2, conclusion: 'failure', attempt: 2 }))).toBe('none 1');
    seen.pop();
    expect(taken(await happens({ number: 2, conclusion: 'success', attempt: 3 }))).toBe('recovered 1');
    expect(taken(await again({ number: 2, conclusion: 'failure', attempt: 1 }))).toBe('none');
    expect(await commentsOn(gateway, 1)).toHaveLength(1);
  });
});
