import { describe, expect, it } from 'vitest';
import { OTHER_TOKEN } from '../support/github-gateway.ts';
import { ask, commentsOn, issuesIn, REPOSITORY, repository } from './kit.ts';

const taken = ({ outputs }: { outputs: Record<string, string> }) =>
  `${outputs['action-taken']} ${outputs['issue-number']}`.trim();

describe('people and the bundle', () => {
  it('closed on recovery, the next streak opens another issue', async () => {
    const { gateway, happens } = await repository({ 'close-on-recovery': 'true' });
    for (const [number, conclusion] of ['failure', 'failure', 'success', 'failure', 'failure'].entries()) {
      await happens({ number: number + 1, conclusion });
    }
    const issues = await issuesIn(gateway);
    expect(issues.map(({ state }) => state)).toEqual(['closed', 'open']);
    expect(issues[0]?.body).toContain('- **Recovered at:** 2026-01-05 13:09 UTC, [run 3]');
    expect(await commentsOn(gateway, 1)).toEqual([
      expect.stringContaining('Closed, since the workflow says so.'),
    ]);
  });

  it('a person who closes the issue while CI stays red gets comments there, and no new one', async () => {
    const { gateway, happens } = await repository();
    await happens({ number: 1, conclusion: 'failure' });
    await happens({ number: 2, conclusion: 'failure' });
    await ask(gateway, 'PATCH', `/repos/${REPOSITORY}/issues/1`, { state: 'closed' });
    expect(taken(await happens({ number: 3, conclusion: 'failure' }))).toBe('commented 1');
    expect((await issuesIn(gateway)).map(({ state }) => state)).toEqual(['closed']);
  });

  it('keeps every tick and word that people put into the issue', async () => {
    const { gateway, happens } = await repository();
    await happens({ number: 1, conclusion: 'failure' });
    await happens({ number: 2, conclusion: 'failure' });
    const before = (await issuesIn(gateway))[0]?.body ?? '';
    const ticked = `${before.replace('- [ ] Tag responders', '- [x] Tag responders')}\nAna looks at it.\n`;
    await ask(gateway, 'PATCH', `/repos/${REPOSITORY}/issues/1`, { body: ticked });
    await happens({ number: 3, conclusion: 'failure' });
    await happens({ number: 4, conclusion: 'success' });
    const after = (await issuesIn(gateway))[0]?.body ?? '';
    const outside = (body: string) => body.replace(/<!-- pulse:begin ci -->[\s\S]*<!-- pulse:end ci -->/, '');
    expect(outside(after)).toBe(outside(ticked));
    expect(after).toContain('🟢 green again');
  });

  it('an issue of somebody else with our marker and label is not ours', async () => {
    const { gateway, happens } = await repository();
    const body = '<!-- hotfix-pulse:161335:main -->\n<!-- run:1002:1 -->';
    const forged = { title: 'Forged', body, labels: ['hotfix-pulse'] };
    await ask(gateway, 'POST', `/repos/${REPOSITORY}/issues`, forged, OTHER_TOKEN);
    await happens({ number: 1, conclusion: 'failure' });
    expect(taken(await happens({ number: 2, conclusion: 'failure' }))).toBe('opened 2');
    expect(await commentsOn(gateway, 1)).toEqual([]);
  });
});
