import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { callOnce, traced } from '../support/crash-run.ts';
import type { Place } from '../support/raw-server.ts';
import { tempFolder, tempRepo } from '../support/repo.ts';
import { describeIf } from '../support/requires.ts';

/** One system call on a path below the place; `at` is its line. */
interface Step {
  call: string;
  path: string;
  at: number;
}

const OPENING = { description: 'Users cannot log in', severity: 'P1' };

function emptyPlace(): Place {
  const folder = tempFolder();
  mkdirSync(join(folder, 'tmp'));
  const { root } = tempRepo({ commits: 1 });
  const env = { PATH: process.env.PATH, HOME: folder, XDG_STATE_HOME: folder, TMPDIR: join(folder, 'tmp') };
  return { folder, root, env: { ...env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' } };
}

/** What was done in the repository before the answer went out, in order; a rename has both its names. */
function stepsOf(lines: readonly string[], { root }: Place): Step[] {
  const answer = lines.findLastIndex((line) => /^\d+ +write\(1</.test(line) && !/= \d{1,2}$/.test(line));
  const steps = lines.slice(0, answer).flatMap((line, at) => {
    const [, call = '', rest = ''] = /^\d+ +(\w+)\((.*)$/.exec(line) ?? [];
    if (!/= \d+(?:<[^>]*>)?$/.test(line)) return [];
    const opened =
      call === 'openat' ? />$/.test(line) && /O_CREAT/.test(rest) && /<([^<>]*)>$/.exec(line) : null;
    const path = opened ? opened[1] : /^"([^"]*)"/.exec(rest)?.[1] || /^\d+<([^>]*)>/.exec(rest)?.[1];
    return path?.startsWith(root) || path?.startsWith('/proc/self/fd/') ? [{ call, path, at }] : [];
  });
  expect(answer).toBeGreaterThan(0);
  return steps;
}

const isSync = ({ call }: Step): boolean => call === 'fsync' || call === 'fdatasync';

/** What a power cut right after the answer could still take away: written or made, and not flushed afterwards. */
function unsafe(steps: readonly Step[], isRecord: (path: string) => boolean): string[] {
  const flushed = (path: string, at: number) =>
    steps.some((step) => isSync(step) && step.path === path && step.at > at);
  return steps.flatMap(({ call, path, at }) => {
    if (!isRecord(path)) return [];
    if (call === 'write') return flushed(path, at) ? [] : [`what was written to ${path}`];
    if (call === 'mkdir') return flushed(dirname(path), at) ? [] : [`the name of ${path}`];
    return [];
  });
}

describeIf('strace')('a power cut right after an answer', () => {
  const isLog = (path: string) => /\/hotfix-pulse(?:\/[0-9A-Z]{26}(?:\/timeline\.jsonl)?)?$/.test(path);

  it('takes no event: its bytes, its file and each new folder were flushed before', async () => {
    const place = emptyPlace();
    const opened = await traced(place, 'create_hotfix_task', OPENING, join(place.folder, 'log'));
    expect(opened.told.state, opened.told.text).toBe('acknowledged');
    const first = stepsOf(opened.lines, place);
    expect(unsafe(first, isLog)).toEqual([]);
    const [log] = first.filter(({ call, path }) => call === 'write' && path.endsWith('/timeline.jsonl'));
    // The name of the new file, too.
    const folder = dirname(log?.path ?? '');
    expect(first.some((step) => isSync(step) && step.path === folder)).toBe(true);
    expect(first.filter(({ call, path }) => call === 'mkdir' && isLog(path))).toHaveLength(2);

    const line = { text: 'One more thing', idempotency_key: 'power-cut' };
    const written = await traced(place, 'record_timeline_event', line, join(place.folder, 'log'));
    const steps = stepsOf(written.lines, place);
    expect(steps.filter(({ call, path }) => call === 'write' && isLog(path))).toHaveLength(1);
    expect(unsafe(steps, isLog)).toEqual([]);
  });

  it('leaves every page whole: its bytes were flushed before it took the place of the old one', async () => {
    const place = emptyPlace();
    await callOnce(place, 'create_hotfix_task', OPENING);
    const change = { task: 'T005', state: 'skipped', reason: 'there is none' };
    const { lines } = await traced(place, 'update_task', change, join(place.folder, 'log'));
    const steps = stepsOf(lines, place);
    const pages = steps.filter(({ call, path }) => call === 'write' && /\/specs\/.*\.tmp$/.test(path));
    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) {
      const sync = steps.find((step) => isSync(step) && step.path === page.path && step.at > page.at);
      const name = page.path.slice(page.path.lastIndexOf('/') + 1);
      const rename = steps.find(({ call, path }) => call.startsWith('rename') && path.endsWith(name));
      expect(sync?.at ?? Infinity, name).toBeLessThan(rename?.at ?? 0);
    }
  });

  it('would take what was not flushed, and that would be seen', () => {
    const at = '/w/.git/hotfix-pulse';
    const step = (call: string, path: string, line: number) => ({ call, path, at: line });
    const steps = [
      step('mkdir', at, 1),
      step('fsync', '/w/.git', 2),
      step('write', at, 3),
      step('write', at, 5),
    ];
    expect(unsafe([...steps, step('fdatasync', at, 6)], isLog)).toEqual([]);
    expect(unsafe([...steps, step('fdatasync', at, 4)], isLog)).toEqual([`what was written to ${at}`]);
    expect(unsafe(steps.toSpliced(1, 1), isLog)).toContain(`the name of ${at}`);
  });
});
