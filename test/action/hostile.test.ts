import { describe, expect, it } from 'vitest';
import {
  commentFor,
  partFor,
  recoveredPart,
  recoveryComment,
  type Story,
  titleOf,
} from '../../src/action/body.ts';
import { type Run, runOf, type Trigger, triggerOf } from '../../src/action/facts.ts';
import { hasMarker, issueMarker, partOf, toldIn, withPart } from '../../src/action/markers.ts';
import { summaryOf } from '../../src/action/summary.ts';
import { bodyFor } from '../../src/action/template.ts';
import { createTexts } from '../../src/action/text.ts';
import { payloadOf, runOf as rawRun } from './kit.ts';

const TOKEN = 'ghs_0123456789abcdefghijABCDEFGHIJ012345';
const NAMES: readonly string[] = [
  '@acme/oncall please look',
  'fixes #1, closes acme/shop#2, resolves GH-3',
  '<img src=x onerror=alert(1)><script>',
  '<!-- hotfix-pulse:161335:main -->',
  '<!-- run:1002:1 -->',
  'x\n<!-- run:1002:1 -->\n<!-- pulse:end ci -->',
  '` @acme/oncall `',
  '``` @acme/oncall `` #1 `',
  'https://github.com/acme/shop/issues/1',
  '::set-output name=issue-number::7',
  '${{ secrets.TOKEN }} $(touch /tmp/x) `id`',
  '\u001b[31mred\u202Egnp.exe',
  '[click](javascript:alert(1)) ![x](http://127.0.0.1/beacon)',
  `deploy with ${TOKEN} today`,
  'AKIAIOSFODNN7EXAMPLQ as key',
  '`'.repeat(300),
  '',
];

/** What is left when every code span is taken out, as CommonMark finds them. */
function withoutCode(markdown: string): string {
  return markdown.replace(/(?<!`)(`+)(?!`)([\s\S]*?[^`])\1(?!`)/g, 'CODE');
}

function storyOf(name: string): Story {
  const made = { number: 2, conclusion: 'failure', workflow: name, subject: name };
  const trigger = triggerOf(payloadOf(made)) as Trigger;
  const failures = [trigger.run, runOf(rawRun({ ...made, number: 1 })) as Run];
  const server = 'https://github.com';
  return { trigger, failures, lastGreen: null, server, texts: createTexts(TOKEN) };
}

describe.each(NAMES)('a workflow and a commit named %j', (name) => {
  const story = storyOf(name);
  const green = runOf(rawRun({ number: 3, conclusion: 'success' })) as Run;
  const inputs = {
    threshold: 2,
    countAttempts: false,
    token: TOKEN,
    labels: [],
    assignees: [],
    closeOnRecovery: false,
    account: '',
  };
  const outcome = { action: 'none', why: 'told_already', issue: null, streak: 2, warnings: [] } as const;
  const texts = {
    body: bodyFor(story),
    comment: commentFor(story, story.failures),
    recovery: recoveryComment(story, green, false),
    recovered: recoveredPart(story, green, partFor(story)),
    summary: summaryOf({ ...outcome, warnings: [] }, story.trigger, inputs, story.texts),
  };

  it.each(Object.keys(texts) as (keyof typeof texts)[])('has no force in the %s', (where) => {
    const text = texts[where];
    const active = withoutCode(text);
    expect(active).not.toMatch(
      /@[\w/-]+|\w#\d|(?<!^)#\d|\bGH-\d|javascript:|!\[|<(?!!-- (?:run|recovered|pulse|hotfix-pulse)\b)/im,
    );
    expect(
      active
        .match(/https?:\/\/[^\s)]+/g)
        ?.filter((url) => !url.startsWith('https://github.com/ops-bot/shop/')) ?? [],
    ).toEqual([]);
    expect(text).not.toMatch(/[\u001b\u202e]/);
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain('AKIAIOSFODNN7EXAMPLQ');
    // No line of its own, so no command of the runner and no marker.
    expect(text).not.toMatch(/^::/m);
  });

  it('forges no marker', () => {
    expect(toldIn(texts.body)).toEqual({ failures: ['1002:1', '1001:1'], recovered: false });
    expect(toldIn(texts.comment).failures).toEqual(['1002:1', '1001:1']);
    expect(toldIn(texts.recovered)).toEqual({ failures: ['1002:1', '1001:1'], recovered: true });
    expect(partOf(texts.body)).toBe(partFor(story));
    expect(hasMarker(texts.body, issueMarker(story.trigger))).toBe(true);
    expect(partOf(withPart(texts.body, texts.recovered))).toBe(texts.recovered);
  });

  it('has no force in the title, which stays short', () => {
    const title = titleOf(story);
    expect(title).toMatch(/^Hotfix Pulse: .* fails on main$/);
    expect(title.length).toBeLessThan(256);
    expect(title).not.toMatch(/@\w|#\d|GH-\d|:\/\/|<\w|[\n\u001b\u202e]/i);
    expect(title).not.toContain(TOKEN);
  });
});

describe('markers', () => {
  const of = (defaultBranch: string) => issueMarker({ workflowId: 7, defaultBranch });

  it('are one comment each, whatever the branch is called, and another per branch', () => {
    const branches = [
      'main',
      'a-->b',
      'a--b',
      'release/1.0',
      'a b',
      'ä',
      'a%2Db',
      '<!--',
      'a:b',
      'a-b',
      'a-%2Db',
    ];
    for (const branch of branches) expect(of(branch)).toMatch(/^<!-- (?:(?!--|>).)+ -->$/);
    expect(new Set(branches.map(of)).size).toBe(branches.length);
    expect(of('release/1.0')).toBe('<!-- hotfix-pulse:7:release/1.0 -->');
  });

  it('are found after an editor on the web made the line ends two', () => {
    const story = storyOf('CI');
    const body = bodyFor(story).replaceAll('\n', '\r\n');
    expect(hasMarker(body, issueMarker(story.trigger))).toBe(true);
    expect(toldIn(body).failures).toHaveLength(2);
    expect(partOf(body)).toBe(partFor(story));
  });

  it('leave a body alone from which a person took the generated part out', () => {
    expect(partOf('nothing')).toBeNull();
    expect(withPart('nothing', 'x')).toBe('nothing');
  });
});
