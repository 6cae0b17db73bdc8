import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { TOOLS } from '../../src/tools/index.ts';
import {
  brokenFiles,
  leftFiles,
  look,
  lostSince,
  newSince,
  outside,
  takeRefLocks,
  userPrint,
} from '../support/crash-judge.ts';
import { each, sum, withGitHub } from '../support/crash-kit.ts';
import { callAt, callOnce, type Point, pointsOf } from '../support/crash-run.ts';
import { type CrashCase, crashCases, placeOf } from '../support/crash-worlds.ts';
import { runProgram } from '../support/raw-server.ts';
import { describeIf } from '../support/requires.ts';

/**
 * Every tool that changes something is called in the built server, and every system call of it and of its git that
 * changes something is killed, failed with a full disk, failed with a broken one: one by one, each in a repository of
 * its own. HOTFIX_PULSE_LONG=1 takes every point of every tool; without it a few of some. HOTFIX_PULSE_TOOL names some.
 */
const long = process.env.HOTFIX_PULSE_LONG === '1';
const only = process.env.HOTFIX_PULSE_TOOL?.split(',');
const every = Number(process.env.HOTFIX_PULSE_EVERY ?? (long ? 1 : 8));
const SAMPLE = ['record_timeline_event', 'deploy_hotfix'];
const AT_ONCE = 2;
const summary = fileURLToPath(new URL('../../.cache/crash-points', import.meta.url));

const NAMES = TOOLS.filter(({ effect }) => effect !== 'read').map(({ name }) => name);

/** What one whole call does, and what a second one adds. */
async function usual(one: CrashCase) {
  return withGitHub(one, async (address, made) => {
    const place = placeOf(one, address);
    const before = await look(place);
    const { told, points } = await pointsOf(place, one.tool, one.args, join(place.folder, 'log'));
    expect(told.state, told.text).toBe('acknowledged');
    expect(told.data).toMatch(one.done);
    const after = await look(place);
    const again = await callOnce(place, one.tool, one.args);
    expect(again.state, again.text).toBe('acknowledged');
    const twice = await look(place);
    const [once, more] = [newSince(before, after), newSince(after, twice)];
    if (!one.mayRepeat) expect(more).toEqual({});
    const outer = { remote: twice.remote, made: await made() };
    rmSync(place.folder, { recursive: true, force: true });
    return { points, once, more, outer };
  });
}

/** What is wrong after a call that broke at this point, and after its retry. */
async function faultsAt(
  one: CrashCase,
  point: Point,
  { once, more, outer }: Awaited<ReturnType<typeof usual>>,
) {
  return withGitHub(one, async (address, made) => {
    const place = placeOf(one, address);
    try {
      const [before, print] = [await look(place), userPrint(place)];
      const { told, hit } = await callAt(place, one.tool, one.args, point, join(place.folder, 'log'));
      const broken = await look(place);
      const faults = [...lostSince(before, broken), ...broken.faults, ...brokenFiles(place)];
      const isDone = told.state === 'acknowledged' && one.done.test(told.data);
      const least = isDone ? once : {};
      faults.push(...outside(newSince(before, broken), least, once));
      let retry = await callOnce(place, one.tool, one.args);
      if (point.fault === 'killed' && retry.state === 'refused' && takeRefLocks(place) > 0)
        retry = await callOnce(place, one.tool, one.args);
      if (retry.state !== 'acknowledged')
        faults.push(`the retry is ${retry.state}: ${retry.text.slice(0, 300)}`);
      const after = await look(place);
      faults.push(...lostSince(broken, after), ...after.faults, ...brokenFiles(place));
      // What was sent and got no answer is looked for later, and said to wait until then.
      const isBack = retry.state === 'acknowledged' && one.done.test(retry.data);
      // The same work once more may find something else than what was broken off.
      const most = one.mayRepeat ? sum(once, once, more) : once;
      faults.push(...outside(newSince(before, after), isBack ? once : {}, most));
      if (new Set(after.numbers).size < after.numbers.length) faults.push('two incidents have one number');
      expect.soft(userPrint(place)).toEqual(print);
      const outerNow = { remote: after.remote, made: await made() };
      const isSame = JSON.stringify(outerNow) === JSON.stringify(outer);
      if (isBack ? !isSame : outerNow.made.length > outer.made.length)
        faults.push(`outside: ${JSON.stringify(outerNow)}`);
      // What was done before its answer got lost is not done again; the next that writes clears away.
      if (leftFiles(place).length > 0) await callOnce(place, 'record_timeline_event', { text: 'and on' });
      // Nothing is recorded any more about one that is over; whoever looks at it has its pages made again.
      if (leftFiles(place).length > 0) await callOnce(place, 'get_incident', { incident: 'hotfix-001' });
      if (leftFiles(place).length > 0) runProgram(place, 'doctor', '--fix');
      faults.push(...leftFiles(place).map((path) => `${path} is left`));
      const what = `${point.fault}: ${point.call} ${point.at} (${told.state})`;
      return { hit, torn: after.torn, state: told.state, faults: faults.map((fault) => `${what}: ${fault}`) };
    } finally {
      rmSync(place.folder, { recursive: true, force: true });
    }
  });
}

describeIf('strace')('every system call of a tool, killed or failed', () => {
  let cases: CrashCase[] = [];
  beforeAll(async () => {
    cases = await crashCases();
  });

  it('is tried with every tool that changes something', () => {
    expect(cases.map(({ tool }) => tool).sort()).toEqual([...NAMES].sort());
  });

  it.each(NAMES.filter((name) => (only === undefined ? long || SAMPLE.includes(name) : only.includes(name))))(
    '%s: nothing acknowledged is lost, a retry is one event, files are whole',
    async (name) => {
      const one = cases.find(({ tool }) => tool === name);
      if (!one) throw new Error(`no case for ${name}`);
      const known = await usual(one);
      const points = known.points.filter((_, at) => at % every === 0);
      const found: string[] = [];
      const counts = { tool: name, points: 0, acknowledged: 0, refused: 0, gone: 0, torn: 0, faults: 0 };
      await each(points, AT_ONCE, async (point) => {
        const { hit, state, torn, faults } = await faultsAt(one, point, known);
        found.push(...faults);
        if (!hit) return;
        counts.points += 1;
        counts[state] += 1;
        counts.torn += torn;
      });
      counts.faults = found.length;
      mkdirSync(summary, { recursive: true });
      writeFileSync(join(summary, `${name}.json`), `${JSON.stringify({ ...counts, every })}\n`);
      process.stderr.write(
        `crash points: ${JSON.stringify(counts)}\n${found.map((one) => `  ${one}\n`).join('')}`,
      );
      expect(found).toEqual([]);
      expect(counts.points).toBeGreaterThan(points.length / 2);
    },
    3_600_000,
  );
});
