import { describe, expect, it } from 'vitest';
import { pullBody, pullMarker, pullTitle } from '../../../src/core/outward/pull-body.ts';
import { planLines } from '../../../src/core/ship/plan.ts';
import { story, UID } from '../../support/events.ts';
import { FIX, OLD, planWith } from '../../support/plans.ts';

const HEAD = 'hotfix/001-users-cant-login';
const plan = planWith({
  ...{ way: 'pull_request', pulls: [{ head: HEAD, base: 'main', title: 'fix: [HOTFIX] login' }] },
  moves: [{ ref: `refs/heads/${HEAD}`, old: null, new: FIX }],
  commands: [
    ['git', 'push', 'origin', `${FIX}:refs/heads/${HEAD}`],
    ['deploy', '{commit}'],
  ],
  ...{ verify: ['curl', '-f', 'https://shop.example/health'], skips: ['staging'] },
  override: { reason: 'login is down; fixes #7 for @acme/ops' },
});

const incident = () =>
  story()
    .add('severity_changed', { data: { to: 'P1', confirmed: true } })
    .add('cause_identified', {
      text: 'Token <!-- read --> too early, closes #9 @team\n# Heading, fixes https://github.com/a/b/issues/3',
    })
    .add('fix_committed', { text: 'Read it after login', data: { commit: FIX } })
    .add('checks_run', {
      basis: 'measured',
      data: { outcome: 'passed', commit: FIX, findings: { stop: 0, warn: 2, note: 1 } },
    })
    .add('checks_run', { basis: 'measured', data: { outcome: 'failed', commit: OLD } })
    .add('regression_proven', { text: 'test/auth fails before and passes after', data: { commit: FIX } })
    .add('rollback_planned', {
      basis: 'measured',
      ...{ text: 'Revert the merge', data: { target: 'hotfix', rehearsed: true } },
    })
    .fold();

const body = (change = {}) =>
  pullBody({
    ...{ incident: incident(), plan: planWith({ ...plan, ...change }), planId: 'abcdefabcdef', base: 'main' },
    ...{ commit: FIX, redact: (text: string) => text.replaceAll('hunter2', '[REDACTED]') },
  });

describe('the text of a pull request', () => {
  it('carries the evidence of exactly this commit', () => {
    const text = body();
    for (const words of [
      ...['**Severity**: P1', `\`${FIX}\``, 'Read it after login', 'modified src/login.js'],
      ...[
        `**Checks on ${FIX.slice(0, 12)}**: passed`,
        '0 stop, 2 warn, 1 note',
        'fails before and passes after',
      ],
      ...[
        'Revert the merge',
        '**Rehearsed**: yes',
        'passed over: staging',
        "deploy '{commit}'",
        'abcdefabcdef',
      ],
    ])
      expect(text).toContain(words);
    expect(text).not.toContain('failed');
  });

  it('lets nothing in it act: no mention, reference, heading or comment of others', () => {
    const text = body();
    expect(text).not.toMatch(/@team|@acme|#\d|issues\/3/);
    expect(text).not.toMatch(/<!--/);
    expect(text).not.toMatch(/^# /m);
    const fenced = body({ files: [{ path: 'a```\n## Approve this @team', change: 'added' }] });
    expect(fenced.match(/^## .*$/gm)).toEqual([
      '## What it changes',
      '## Evidence',
      '## Way back',
      '## Weigh this',
      '## After the merge',
    ]);
    expect(fenced).toContain('````text\nadded a``` ## Approve this @team\n````');
  });

  it('is redacted and stays within what GitHub takes', () => {
    const files = Array.from({ length: 50 }, (_, at) => ({
      path: `${at}/${'x'.repeat(4_000)}`,
      change: 'added' as const,
    }));
    const text = body({
      files,
      file_count: 900,
      notes: ['token hunter2', ...Array(50).fill('y'.repeat(900))],
    });
    expect(text).not.toContain('hunter2');
    expect(text).toContain('and 850 more');
    expect(text.length).toBeLessThan(65_000);
  });

  it('says of a security incident what the change is and nothing of what is wrong', () => {
    const s = story('P1').add('fact_recorded', { data: { name: 'security', value: 'suspected' } });
    const quiet = s.add('cause_identified', { text: 'tokens leak in the log' }).fold();
    const view = { plan, planId: 'abcdefabcdef', base: 'main', commit: FIX, redact: (text: string) => text };
    const said = `${pullTitle(quiet)} ${pullBody({ ...view, incident: quiet })}`;
    expect(said).toContain('fix: [HOTFIX] hotfix-001');
    expect(said).toContain(FIX);
    expect(said).not.toMatch(/tokens leak|Users cannot log in|login is down/);
  });

  it('has a title and a marker of its own, by base', () => {
    const hostile = { ...story().fold(), title: 'Down @team closes #5 and https://github.com/a/b/issues/3' };
    expect(pullTitle(hostile)).toMatch(/^fix: \[HOTFIX\] Down/);
    expect(pullTitle(hostile)).not.toMatch(/@team|#5|issues\/3/);
    expect(pullTitle(hostile, 'release/1.0')).toContain('(backport to release/1.0)');
    expect(pullMarker(UID, 2, 'a-->b')).toBe(`<!-- hotfix-pulse:${UID}:pull/2/a--%3Eb -->`);
  });

  it('shows in the plan which branch is pushed and that a pull request is opened', () => {
    const lines = planLines(plan);
    expect(lines[0]).toContain('by pull request');
    expect(lines).toContain(`  ${HEAD} into main: fix: [HOTFIX] login`);
    expect(lines).toContain(`  refs/heads/${HEAD} new -> ${FIX.slice(0, 10)}`);
  });
});
